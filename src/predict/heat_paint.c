/* SPDX-License-Identifier: MIT */
/* The colours of a heat map. */
#include "base/status.h"

#include <math.h>

static float map_at(const dn_heat_map *map, int y, int x)
{
    y = y < 0 ? 0 : y >= map->height ? map->height - 1 : y;
    x = x < 0 ? 0 : x >= map->width ? map->width - 1 : x;
    return fmaxf(map->map[y * map->width + x], 0);
}

/* Interpolates between the four nearest map cells, whose centres were computed. */
static double evidence_at(const dn_heat_map *map, double y, double x)
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

static bool is_seen(const dn_heat_map *map, int y, int x)
{
    return x + 0.5 >= map->left && x + 0.5 < map->right && y + 0.5 >= map->top &&
           y + 0.5 < map->bottom;
}

static double share_at(const dn_heat_map *map, double full, int y, int x)
{
    double share = full > 0 ? evidence_at(map, y + 0.5, x + 0.5) / full : 0;
    return fmin(fmax(share, 0), 1);
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

static unsigned char byte_of(double value)
{
    return (unsigned char)lround(255 * fmin(fmax(value, 0), 1));
}

static double grey_of(const unsigned char *rgb)
{
    return (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / 255;
}

/* The power that makes the mean grey one on which colours are visible. */
static double grey_power(const unsigned char *picture, size_t pixels)
{
    double sum = 0;
    for (size_t i = 0; i < pixels; i++)
        sum += grey_of(picture + 3 * i);
    double mean = fmin(fmax(sum / (double)pixels, 0.01), 0.99);
    return log(fmin(fmax(mean, 0.3), 0.6)) / log(mean);
}

void dn_heat_colour(double share, double grey, double rgb[3])
{
    if (!rgb)
        return;
    share = fmin(fmax(share, 0), 1);
    double cover = 0.7 * sqrt(share);
    colour_of(share, rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = grey + cover * (rgb[i] * (0.65 + 0.45 * grey) - grey);
}

static dn_status check_size(int width, int height)
{
    if (width < 1 || height < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "a heat map of %d x %d pixels", width, height);
    return DN_OK;
}

dn_status dn_heat_map_paint(const dn_heat_map *map, double full, int width, int height,
                            const unsigned char *picture, unsigned char *painted)
{
    DN_NEED(map);
    DN_NEED(picture);
    DN_NEED(painted);
    DN_TRY(check_size(width, height));
    double power = grey_power(picture, (size_t)width * (size_t)height);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, picture += 3, painted += 3) {
            double grey = pow(grey_of(picture), power);
            double rgb[3] = {grey / 3, grey / 3, grey / 3};
            if (is_seen(map, y, x))
                dn_heat_colour(share_at(map, full, y, x), grey, rgb);
            for (int i = 0; i < 3; i++)
                painted[i] = byte_of(rgb[i]);
        }
    return DN_OK;
}

dn_status dn_heat_map_layer(const dn_heat_map *map, double full, int width, int height,
                            unsigned char *layer)
{
    static const double unseen = 2.0 / 3;
    DN_NEED(map);
    DN_NEED(layer);
    DN_TRY(check_size(width, height));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, layer += 4) {
            double rgb[3] = {0}, share = share_at(map, full, y, x);
            bool seen = is_seen(map, y, x);
            if (seen)
                colour_of(share, rgb);
            for (int i = 0; i < 3; i++)
                layer[i] = byte_of(rgb[i]);
            layer[3] = byte_of(seen ? sqrt(share) : unseen);
        }
    return DN_OK;
}
