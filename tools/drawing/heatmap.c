/* SPDX-License-Identifier: MIT */
#include "drawing/heatmap.h"

#include "ui/report.h"

#include <math.h>
#include <stdlib.h>

/* The area that the network saw; if the picture is smaller than the crop, this
 * is more than the picture. */
static void seen_part(const dn_preprocess *preprocess, const dn_image *image, heatmap *map)
{
    double width = image->width, height = image->height, shorter = fmin(width, height);
    if (preprocess->square_first)
        width = height = shorter;
    else if (preprocess->crop) {
        bool stretched = preprocess->resize_width > 0;
        double scale = preprocess->resize ? shorter / preprocess->resize : 1;
        double across = stretched ? width / preprocess->resize_width : scale;
        double down = stretched ? height / preprocess->resize : scale;
        width = across * (preprocess->crop_width ? preprocess->crop_width : preprocess->crop);
        height = down * preprocess->crop;
    }
    map->left = (image->width - width) / 2;
    map->top = (image->height - height) / 2;
    map->right = map->left + width;
    map->bottom = map->top + height;
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

static double largest_evidence(const heatmap *map)
{
    double largest = 0;
    for (int i = 0; i < map->height * map->width; i++)
        largest = fmax(largest, (double)map->map[i]);
    return largest;
}

/* From blue through green and yellow to red, by the share of the largest evidence. */
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

/* A surface of the picture's size and its pixels; NULL if it has complained. */
static cairo_surface_t *open_surface(const dn_image *image, unsigned char **pixels, int *stride)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
    if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) {
        complain("a picture of %dx%d: %s", image->width, image->height,
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
    cairo_surface_t *surface = open_surface(image, &pixels, &stride);
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

static double grey_at(const dn_image *image, int y, int x)
{
    return 0.299 * sample_at(image, y, x, 0) + 0.587 * sample_at(image, y, x, 1) +
           0.114 * sample_at(image, y, x, 2);
}

/* The power that makes the mean grey one on which colours are visible. */
static double grey_power(const dn_image *image)
{
    double sum = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 0; x < image->width; x++)
            sum += grey_at(image, y, x);
    double mean = fmin(fmax(sum / image->width / image->height, 0.01), 0.99);
    return log(fmin(fmax(mean, 0.3), 0.6)) / log(mean);
}

/* Grey where there is no evidence for the class, colour where there is; what
 * the network never saw is darker. */
static uint32_t heat_pixel(const heatmap *map, double grey, double largest, int y, int x)
{
    bool seen = x + 0.5 >= map->left && x + 0.5 < map->right && y + 0.5 >= map->top &&
                y + 0.5 < map->bottom;
    if (!seen || largest <= 0)
        return pack_rgb((double[3]){grey / 2, grey / 2, grey / 2});
    double share = evidence_at(map, y + 0.5, x + 0.5) / largest, rgb[3];
    double cover = 0.7 * sqrt(share);
    colour_of(share, rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = grey + cover * (rgb[i] * (0.65 + 0.45 * grey) - grey);
    return pack_rgb(rgb);
}

cairo_surface_t *heatmap_draw(const heatmap *map, const dn_image *image)
{
    unsigned char *pixels = NULL;
    int stride = 0;
    cairo_surface_t *surface = open_surface(image, &pixels, &stride);
    double largest = largest_evidence(map), power = grey_power(image);
    for (int y = 0; surface && y < image->height; y++) {
        uint32_t *row = (uint32_t *)(void *)(pixels + (ptrdiff_t)y * stride);
        for (int x = 0; x < image->width; x++)
            row[x] = heat_pixel(map, pow(grey_at(image, y, x), power), largest, y, x);
    }
    if (surface)
        cairo_surface_mark_dirty(surface);
    return surface;
}
