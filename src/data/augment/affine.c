/* SPDX-License-Identifier: MIT */
#include "data/augment/affine.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "data/augment/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

dn_affine_change dn_draw_affine(dn_random *random, double rotate, double shift, int width,
                                int height)
{
    dn_affine_change change = {.angle = dn_draw_uniform(random, -rotate, rotate)};
    change.dx = (int)rint(dn_draw_uniform(random, -shift * width, shift * width));
    change.dy = (int)rint(dn_draw_uniform(random, -shift * height, shift * height));
    return change;
}

/* Where a pixel of the result comes from: x = at[0] x' + at[1] y' + at[2], and y likewise. */
static void invert(dn_affine_change change, int width, int height, double at[6])
{
    double angle = change.angle * (3.14159265358979323846 / 180);
    double middle_x = width * 0.5, middle_y = height * 0.5;
    double x = -middle_x - change.dx, y = -middle_y - change.dy;
    at[0] = at[4] = cos(angle);
    at[1] = sin(angle);
    at[3] = -at[1];
    at[2] = at[0] * x + at[1] * y + middle_x;
    at[5] = at[3] * x + at[4] * y + middle_y;
}

typedef struct picture {
    const uint8_t *pixels;
    int width, height, channels;
} picture;

static double mix(double first, double second, double part)
{
    return first + (second - first) * part;
}

/* Pillow's bilinear filter: its edges repeat the picture's, and it rounds down. */
static void look_up(const picture *in, double x, double y, uint8_t *out)
{
    double left = floor(x - 0.5), top = floor(y - 0.5), dx = x - 0.5 - left, dy = y - 0.5 - top;
    int x0 = dn_max((int)left, 0), x1 = dn_min((int)left + 1, in->width - 1);
    int y0 = dn_max((int)top, 0), y1 = dn_min((int)top + 1, in->height - 1);
    const uint8_t *upper = in->pixels + (size_t)y0 * (size_t)in->width * (size_t)in->channels;
    const uint8_t *lower = in->pixels + (size_t)y1 * (size_t)in->width * (size_t)in->channels;
    for (int c = 0; c < in->channels; c++) {
        int first = x0 * in->channels + c, second = x1 * in->channels + c;
        out[c] = (uint8_t)mix(mix(upper[first], upper[second], dx),
                              mix(lower[first], lower[second], dx), dy);
    }
}

dn_status dn_affine_pixels(uint8_t *pixels, int width, int height, int channels,
                           dn_affine_change change)
{
    size_t size = (size_t)width * (size_t)height * (size_t)channels;
    uint8_t *copy;
    double at[6];
    DN_TRY(dn_alloc_aligned(size, 1, &copy));
    memcpy(copy, pixels, size);
    memset(pixels, 0, size);
    invert(change, width, height, at);
    const picture in = {copy, width, height, channels};
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++, pixels += channels) {
            double x = at[0] * (column + 0.5) + at[1] * (row + 0.5) + at[2];
            double y = at[3] * (column + 0.5) + at[4] * (row + 0.5) + at[5];
            if (x >= 0 && x < width && y >= 0 && y < height)
                look_up(&in, x, y, pixels);
        }
    free(copy);
    return DN_OK;
}
