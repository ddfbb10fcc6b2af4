/* SPDX-License-Identifier: MIT */
#include "drawing/heatmap.h"

#include "ui/report.h"

#include <math.h>
#include <stdlib.h>

/* The pixels of a picture of this size that become one of the network's, across and down. */
static void find_scale(const dn_preprocess *preprocess, double width, double height,
                       double scale[2])
{
    scale[0] = scale[1] = preprocess->resize ? fmin(width, height) / preprocess->resize : 1;
    if (!preprocess->resize_width)
        return;
    scale[0] = width / preprocess->resize_width;
    scale[1] = height / preprocess->resize;
    if (preprocess->fit == DN_FIT_COVER)
        scale[0] = scale[1] = fmin(scale[0], scale[1]);
    if (preprocess->fit == DN_FIT_INSIDE)
        scale[0] = scale[1] = fmax(scale[0], scale[1]);
}

/* The area that the network saw; if the picture is smaller than the crop, this
 * is more than the picture. */
static void seen_part(const dn_preprocess *preprocess, const dn_image *image, heatmap *map)
{
    double width = image->width, height = image->height, scale[2];
    if (preprocess->square_first)
        width = height = fmin(width, height);
    if (preprocess->crop) {
        find_scale(preprocess, width, height, scale);
        width = scale[0] * (preprocess->crop_width ? preprocess->crop_width : preprocess->crop);
        height = scale[1] * preprocess->crop;
    }
    map->left = (image->width - width) / 2;
    map->top = (image->height - height) / 2;
    map->right = map->left + width;
    map->bottom = map->top + height;
    map->cropped = map->left > 0.5 || map->top > 0.5;
}

static double largest_evidence(const heatmap *map)
{
    double largest = 0;
    for (int i = 0; i < map->height * map->width; i++)
        largest = fmax(largest, (double)map->map[i]);
    return largest;
}

bool heatmap_create(const dn_session *session, int index, int output,
                    const dn_preprocess *preprocess, const dn_image *image, heatmap *made)
{
    heatmap map = {0};
    if (dn_session_cam(session, index, output, NULL, &map.height, &map.width) == DN_OK) {
        map.map = malloc((size_t)map.height * (size_t)map.width * sizeof *map.map);
        if (!map.map)
            return complain("out of memory for a heat map");
        if (dn_session_cam(session, index, output, map.map, &map.height, &map.width) == DN_OK) {
            seen_part(preprocess, image, &map);
            map.most = largest_evidence(&map);
            *made = map;
            return true;
        }
    }
    free(map.map);
    refuse();
    return false;
}

void heatmap_free(heatmap *map)
{
    free(map->map);
}

void heatmap_scale(heatmap *map, double factor)
{
    map->left *= factor;
    map->top *= factor;
    map->right *= factor;
    map->bottom *= factor;
}

static float map_at(const heatmap *map, int y, int x)
{
    y = y < 0 ? 0 : y >= map->height ? map->height - 1 : y;
    x = x < 0 ? 0 : x >= map->width ? map->width - 1 : x;
    return fmaxf(map->map[y * map->width + x], 0);
}

/* Interpolates between the four nearest map cells, whose centres were computed. */
static double evidence_at(const heatmap *map, double y, double x)
{
    double row = (y - map->top) / (map->bottom - map->top) * map->height - 0.5;
    double column = (x - map->left) / (map->right - map->left) * map->width - 0.5;
    int r = (int)floor(row), c = (int)floor(column);
    double down = row - r, across = column - c;
    return (1 - down) *
               ((1 - across) * (double)map_at(map, r, c) + across * (double)map_at(map, r, c + 1)) +
           down * ((1 - across) * (double)map_at(map, r + 1, c) +
                   across * (double)map_at(map, r + 1, c + 1));
}

/* From blue through green and yellow to red, by the share of what is red. */
static void colour_of(double share, double rgb[3])
{
    static const double stops[][3] = {
        {0.19, 0.28, 0.72}, {0.10, 0.65, 0.85}, {0.35, 0.85, 0.45},
        {0.98, 0.82, 0.20}, {0.86, 0.15, 0.12},
    };
    double at = share * 4;
    int stop = at >= 4 ? 3 : (int)at;
    for (int i = 0; i < 3; i++)
        rgb[i] = stops[stop][i] + (at - stop) * (stops[stop + 1][i] - stops[stop][i]);
}

static double sample_at(const dn_image *image, int y, int x, int channel)
{
    size_t pixel = (size_t)y * (size_t)image->width + (size_t)x;
    size_t at = pixel * (size_t)image->channels + (size_t)(image->channels == 3 ? channel : 0);
    if (image->depth == 32)
        return (double)((const float *)image->pixels)[at];
    return image->depth == 16 ? ((const uint16_t *)image->pixels)[at] / 65535.0
                              : ((const unsigned char *)image->pixels)[at] / 255.0;
}

static uint32_t pack_rgb(const double rgb[3])
{
    uint32_t packed = 0;
    for (int i = 0; i < 3; i++)
        packed = packed << 8 | (uint32_t)lround(255 * fmin(fmax(rgb[i], 0), 1));
    return packed;
}

/* A surface and its pixels; NULL if it has complained. */
static cairo_surface_t *open_surface(int width, int height, unsigned char **pixels, int *stride)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        complain("a picture %d wide and %d high: %s", width, height,
                 cairo_status_to_string(cairo_surface_status(surface)));
        cairo_surface_destroy(surface);
        return NULL;
    }
    cairo_surface_flush(surface);
    *pixels = cairo_image_surface_get_data(surface);
    *stride = cairo_image_surface_get_stride(surface);
    return surface;
}

cairo_surface_t *picture_surface(const dn_image *image)
{
    unsigned char *pixels = NULL;
    int stride = 0;
    cairo_surface_t *surface = open_surface(image->width, image->height, &pixels, &stride);
    for (int y = 0; surface && y < image->height; y++) {
        uint32_t *row = (uint32_t *)(void *)(pixels + (ptrdiff_t)y * stride);
        for (int x = 0; x < image->width; x++)
            row[x] = pack_rgb((double[3]){sample_at(image, y, x, 0), sample_at(image, y, x, 1),
                                          sample_at(image, y, x, 2)});
    }
    if (surface)
        cairo_surface_mark_dirty(surface);
    return surface;
}

cairo_surface_t *surface_scaled(cairo_surface_t *surface, double factor)
{
    unsigned char *pixels = NULL;
    int stride = 0;
    int width = (int)fmax(1, round(cairo_image_surface_get_width(surface) * factor));
    int height = (int)fmax(1, round(cairo_image_surface_get_height(surface) * factor));
    cairo_surface_t *scaled = open_surface(width, height, &pixels, &stride);
    if (!scaled)
        return NULL;
    cairo_t *context = cairo_create(scaled);
    cairo_scale(context, factor, factor);
    cairo_set_source_surface(context, surface, 0, 0);
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD);
    cairo_paint(context);
    cairo_destroy(context);
    cairo_surface_flush(scaled);
    return scaled;
}

static double grey_of(uint32_t pixel)
{
    return (0.299 * (pixel >> 16 & 255) + 0.587 * (pixel >> 8 & 255) + 0.114 * (pixel & 255)) / 255;
}

/* The pixels of a picture. */
typedef struct raster {
    const unsigned char *pixels;
    int width, height, stride;
} raster;

static const uint32_t *row_of(const raster *r, int y)
{
    return (const uint32_t *)(const void *)(r->pixels + (ptrdiff_t)y * r->stride);
}

/* The power that makes the mean grey one on which colours are visible. */
static double grey_power(const raster *r)
{
    double sum = 0;
    for (int y = 0; y < r->height; y++)
        for (int x = 0; x < r->width; x++)
            sum += grey_of(row_of(r, y)[x]);
    double mean = fmin(fmax(sum / r->width / r->height, 0.01), 0.99);
    return log(fmin(fmax(mean, 0.3), 0.6)) / log(mean);
}

void heat_colour(double share, double grey, double rgb[3])
{
    share = fmin(fmax(share, 0), 1);
    double cover = 0.7 * sqrt(share);
    colour_of(share, rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = grey + cover * (rgb[i] * (0.65 + 0.45 * grey) - grey);
}

static uint32_t heat_pixel(const heatmap *map, double grey, double full, int y, int x)
{
    double rgb[3];
    bool seen = x + 0.5 >= map->left && x + 0.5 < map->right && y + 0.5 >= map->top &&
                y + 0.5 < map->bottom;
    if (!seen)
        return pack_rgb((double[3]){grey / 3, grey / 3, grey / 3});
    heat_colour(full > 0 ? evidence_at(map, y + 0.5, x + 0.5) / full : 0, grey, rgb);
    return pack_rgb(rgb);
}

/* Where the network looked. */
static void outline(const heatmap *map, cairo_surface_t *surface)
{
    cairo_t *context = cairo_create(surface);
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_set_line_width(context, 1);
    cairo_rectangle(context, floor(map->left) + 0.5, floor(map->top) + 0.5,
                    floor(map->right) - floor(map->left) - 1,
                    floor(map->bottom) - floor(map->top) - 1);
    cairo_stroke(context);
    cairo_destroy(context);
}

cairo_surface_t *heatmap_draw(const heatmap *map, cairo_surface_t *picture, double full)
{
    unsigned char *pixels = NULL;
    int stride = 0;
    cairo_surface_flush(picture);
    const raster from = {
        cairo_image_surface_get_data(picture), cairo_image_surface_get_width(picture),
        cairo_image_surface_get_height(picture), cairo_image_surface_get_stride(picture)};
    cairo_surface_t *surface = open_surface(from.width, from.height, &pixels, &stride);
    if (!surface)
        return NULL;
    double power = grey_power(&from);
    for (int y = 0; y < from.height; y++) {
        uint32_t *row = (uint32_t *)(void *)(pixels + (ptrdiff_t)y * stride);
        for (int x = 0; x < from.width; x++)
            row[x] = heat_pixel(map, pow(grey_of(row_of(&from, y)[x]), power), full, y, x);
    }
    cairo_surface_mark_dirty(surface);
    if (map->cropped)
        outline(map, surface);
    return surface;
}
