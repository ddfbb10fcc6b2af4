/* SPDX-License-Identifier: MIT */
#include "drawing/heatmap.h"

#include "ui/report.h"

#include <math.h>
#include <stdlib.h>

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

static uint32_t *pixel_row(unsigned char *pixels, int stride, int y)
{
    return (uint32_t *)(void *)(pixels + (ptrdiff_t)y * stride);
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
        uint32_t *row = pixel_row(pixels, stride, y);
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

/* Where the network looked. */
static void outline(const dn_heat_map *map, cairo_surface_t *surface)
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

/* Height x width x 3 bytes. The caller releases them; NULL if it has complained. */
static unsigned char *surface_bytes(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    unsigned char *bytes = malloc((size_t)width * (size_t)height * 3), *to = bytes;
    cairo_surface_flush(surface);
    for (int y = 0; bytes && y < height; y++) {
        const uint32_t *row = pixel_row(cairo_image_surface_get_data(surface),
                                        cairo_image_surface_get_stride(surface), y);
        for (int x = 0; x < width; x++)
            for (int shift = 16; shift >= 0; shift -= 8)
                *to++ = (unsigned char)(row[x] >> shift);
    }
    if (!bytes)
        complain("out of memory for a heat map");
    return bytes;
}

static void fill_surface(const unsigned char *bytes, int width, int height, unsigned char *pixels,
                         int stride)
{
    for (int y = 0; y < height; y++) {
        uint32_t *row = pixel_row(pixels, stride, y);
        for (int x = 0; x < width; x++, bytes += 3)
            row[x] = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    }
}

cairo_surface_t *heatmap_draw(const dn_heat_map *map, cairo_surface_t *picture, double full)
{
    unsigned char *pixels = NULL;
    int stride = 0, width = cairo_image_surface_get_width(picture);
    int height = cairo_image_surface_get_height(picture);
    cairo_surface_t *surface = open_surface(width, height, &pixels, &stride);
    unsigned char *bytes = surface ? surface_bytes(picture) : NULL;
    if (!bytes || !ok_or_complain(dn_heat_map_paint(map, full, width, height, bytes, bytes))) {
        free(bytes);
        cairo_surface_destroy(surface);
        return NULL;
    }
    fill_surface(bytes, width, height, pixels, stride);
    free(bytes);
    cairo_surface_mark_dirty(surface);
    if (map->cropped)
        outline(map, surface);
    return surface;
}
