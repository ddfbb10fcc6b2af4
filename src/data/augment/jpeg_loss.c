/* SPDX-License-Identifier: MIT */
#include "data/augment/jpeg_loss.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8 };

/* Components are padded to whole blocks of halved colour. */
static const size_t unit = 16;

typedef float block[BLOCK][BLOCK];

/* One component's samples, less 128, padded to whole blocks. */
typedef struct component {
    float *samples;
    size_t stride;
    int width, height; /* without the padding */
} component;

/* cos(k pi / 16) / 2 */
#define C1 0.49039264f
#define C2 0.46193977f
#define C3 0.41573481f
#define C4 0.35355339f
#define C5 0.27778512f
#define C6 0.19134172f
#define C7 0.09754516f

/* A row is a cosine of the DCT; its transpose inverts it. */
static const block cosines = {
    {C4, C4, C4, C4, C4, C4, C4, C4},     {C1, C3, C5, C7, -C7, -C5, -C3, -C1},
    {C2, C6, -C6, -C2, -C2, -C6, C6, C2}, {C3, -C7, -C1, -C5, C5, C1, C7, -C3},
    {C4, -C4, -C4, C4, C4, -C4, -C4, C4}, {C5, -C1, C7, C3, -C3, -C7, C1, -C5},
    {C6, -C2, C2, -C6, -C6, C2, -C2, C6}, {C7, -C5, C3, -C1, C1, -C3, C5, -C7},
};

/* ITU-T T.81, tables K.1 and K.2: quality 50. */
static const uint8_t luma_steps[BLOCK][BLOCK] = {
    {16, 11, 10, 16, 24, 40, 51, 61},     {12, 12, 14, 19, 26, 58, 60, 55},
    {14, 13, 16, 24, 40, 57, 69, 56},     {14, 17, 22, 29, 51, 87, 80, 62},
    {18, 22, 37, 56, 68, 109, 103, 77},   {24, 35, 55, 64, 81, 104, 113, 92},
    {49, 64, 78, 87, 103, 121, 120, 101}, {72, 92, 95, 98, 112, 100, 103, 99},
};
static const uint8_t chroma_steps[BLOCK][BLOCK] = {
    {17, 18, 24, 47, 99, 99, 99, 99}, {18, 21, 26, 66, 99, 99, 99, 99},
    {24, 26, 56, 99, 99, 99, 99, 99}, {47, 66, 99, 99, 99, 99, 99, 99},
    {99, 99, 99, 99, 99, 99, 99, 99}, {99, 99, 99, 99, 99, 99, 99, 99},
    {99, 99, 99, 99, 99, 99, 99, 99}, {99, 99, 99, 99, 99, 99, 99, 99},
};

static void scale_steps(const uint8_t table[BLOCK][BLOCK], int quality, block steps)
{
    int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    for (int i = 0; i < BLOCK; i++)
        for (int j = 0; j < BLOCK; j++) {
            int step = (table[i][j] * scale + 50) / 100;
            steps[i][j] = (float)(step < 1 ? 1 : step > 255 ? 255 : step);
        }
}

/* Half away from zero. */
static float round_off(float value)
{
    return (float)(int)(value + (value < 0 ? -0.5f : 0.5f));
}

static void multiply(const block a, const block b, block product)
{
    for (int i = 0; i < BLOCK; i++) {
        float row[BLOCK] = {0};
        for (int k = 0; k < BLOCK; k++)
            for (int j = 0; j < BLOCK; j++)
                row[j] += a[i][k] * b[k][j];
        memcpy(product[i], row, sizeof row);
    }
}

/* DCT, to the nearest multiple of each step, and back. libjpeg's coefficients
 * are in eighths, so that halves of a step are common; they are rounded away
 * from zero, and the factor keeps them halves. */
static void quantise(float *samples, size_t stride, const block steps, const block transposed)
{
    block values, half;
    for (int i = 0; i < BLOCK; i++)
        memcpy(values[i], samples + (size_t)i * stride, sizeof values[i]);
    multiply(cosines, values, half);
    multiply(half, transposed, values);
    for (int i = 0; i < BLOCK; i++)
        for (int j = 0; j < BLOCK; j++)
            values[i][j] =
                steps[i][j] * round_off(1.00001f * round_off(8 * values[i][j]) / (8 * steps[i][j]));
    multiply(transposed, values, half);
    multiply(half, cosines, values);
    for (int i = 0; i < BLOCK; i++)
        for (int j = 0; j < BLOCK; j++) {
            float value = round_off(values[i][j]);
            samples[(size_t)i * stride + (size_t)j] = value < -128  ? -128
                                                      : value > 127 ? 127
                                                                    : value;
        }
}

static void quantise_component(const component *plane, const uint8_t table[BLOCK][BLOCK],
                               int quality)
{
    block steps, transposed;
    scale_steps(table, quality, steps);
    for (int i = 0; i < BLOCK; i++)
        for (int j = 0; j < BLOCK; j++)
            transposed[i][j] = cosines[j][i];
    for (int y = 0; y < plane->height; y += BLOCK)
        for (int x = 0; x < plane->width; x += BLOCK)
            quantise(plane->samples + (size_t)y * plane->stride + x, plane->stride, steps,
                     transposed);
}

/* Repeats the last column and row to the end of `across` x `down`. */
static void pad(const component *plane, int across, int down)
{
    for (int y = 0; y < plane->height; y++) {
        float *row = plane->samples + (size_t)y * plane->stride;
        for (int x = plane->width; x < across; x++)
            row[x] = row[plane->width - 1];
    }
    const float *last = plane->samples + (size_t)(plane->height - 1) * plane->stride;
    for (int y = plane->height; y < down; y++)
        memcpy(plane->samples + (size_t)y * plane->stride, last, (size_t)across * sizeof *last);
}

/* A half is rounded down, so that 127.5 stays within a byte. */
static float round_chroma(float value)
{
    return (float)((int)(value + 128.4999f) - 128);
}

/* ITU-R 601 from RGB, rounded. */
static void split_colours(const uint8_t *pixels, component components[3])
{
    for (int y = 0; y < components[0].height; y++) {
        size_t at = (size_t)y * components[0].stride;
        for (int x = 0; x < components[0].width; x++, pixels += 3) {
            float red = pixels[0], green = pixels[1], blue = pixels[2];
            components[0].samples[at + (size_t)x] =
                round_off(0.299f * red + 0.587f * green + 0.114f * blue) - 128;
            components[1].samples[at + (size_t)x] =
                round_chroma(0.5f * blue - 0.168735892f * red - 0.331264108f * green);
            components[2].samples[at + (size_t)x] =
                round_chroma(0.5f * red - 0.418687589f * green - 0.081312411f * blue);
        }
    }
}

static uint8_t to_byte(float value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void join_colours(const component components[3], uint8_t *pixels)
{
    for (int y = 0; y < components[0].height; y++) {
        size_t at = (size_t)y * components[0].stride;
        for (int x = 0; x < components[0].width; x++, at++, pixels += 3) {
            float luma = components[0].samples[at] + 128;
            float blue = components[1].samples[at], red = components[2].samples[at];
            pixels[0] = to_byte(luma + round_off(1.402f * red));
            pixels[1] = to_byte(luma + round_off(-0.344136286f * blue - 0.714136286f * red));
            pixels[2] = to_byte(luma + round_off(1.772f * blue));
        }
    }
}

/* Means of 2 x 2; halves are rounded up and down alternately, as libjpeg does. */
static void halve(component *plane, int across, int down)
{
    for (int y = 0; y < down / 2; y++) {
        const float *upper = plane->samples + (size_t)(2 * y) * plane->stride;
        const float *lower = upper + plane->stride;
        float *out = plane->samples + (size_t)y * plane->stride;
        for (int x = 0; x < across / 2; x++, upper += 2, lower += 2) {
            float sum = upper[0] + upper[1] + lower[0] + lower[1];
            out[x] = (float)((((int)sum + 512 + 1 + (x & 1)) >> 2) - 128);
        }
    }
    plane->width = (plane->width + 1) / 2;
    plane->height = (plane->height + 1) / 2;
}

/* Doubles the size by a triangle filter, into `out`: 9, 3, 3 and 1 sixteenths
 * of the four nearest samples, with the last ones repeated beyond the edge. */
static void enlarge(component *plane, int width, int height, float *out)
{
    int last_row = plane->height - 1, last = plane->width - 1;
    for (int y = 0; y < height; y++) {
        int other = y / 2 + (y & 1 ? 1 : -1);
        other = other < 0 ? 0 : other > last_row ? last_row : other;
        const float *near = plane->samples + (size_t)(y / 2) * plane->stride;
        const float *far = plane->samples + (size_t)other * plane->stride;
        for (int x = 0; x < width; x++) {
            int beside = x / 2 + (x & 1 ? 1 : -1);
            beside = beside < 0 ? 0 : beside > last ? last : beside;
            float sum = 3 * (3 * near[x / 2] + far[x / 2]) + 3 * near[beside] + far[beside];
            out[(size_t)y * plane->stride + (size_t)x] =
                (float)((((int)sum + 2048 + 8 - (x & 1)) >> 4) - 128);
        }
    }
    plane->samples = out;
    plane->width = width;
    plane->height = height;
}

static void compress_grey(uint8_t *pixels, component *grey, int quality)
{
    size_t width = (size_t)grey->width;
    for (int y = 0; y < grey->height; y++)
        for (size_t x = 0; x < width; x++)
            grey->samples[(size_t)y * grey->stride + x] =
                (float)pixels[(size_t)y * width + x] - 128;
    pad(grey, (int)grey->stride, (int)dn_round_up((size_t)grey->height, BLOCK));
    quantise_component(grey, luma_steps, quality);
    for (int y = 0; y < grey->height; y++)
        for (size_t x = 0; x < width; x++)
            pixels[(size_t)y * width + x] =
                to_byte(grey->samples[(size_t)y * grey->stride + x] + 128);
}

/* spare: memory for one more component. */
static void compress_colour(uint8_t *pixels, component components[3], float *spare, int quality,
                            bool halved)
{
    int width = components[0].width, height = components[0].height;
    int across = (int)components[0].stride, down = (int)dn_round_up((size_t)height, unit);
    split_colours(pixels, components);
    for (int c = 0; c < 3; c++) {
        pad(&components[c], across, down);
        if (c > 0 && halved)
            halve(&components[c], across, down);
        quantise_component(&components[c], c ? chroma_steps : luma_steps, quality);
        if (c > 0 && halved) {
            float *old = components[c].samples;
            enlarge(&components[c], width, height, spare);
            spare = old;
        }
    }
    join_colours(components, pixels);
}

dn_status dn_jpeg_loss(uint8_t *pixels, int width, int height, int channels, int quality,
                       bool halved)
{
    size_t across = dn_round_up((size_t)width, unit);
    size_t down = dn_round_up((size_t)height, unit), planes = channels == 1 ? 1 : 4;
    float *samples = NULL;
    DN_TRY(dn_alloc_aligned(planes * down * across, sizeof *samples, &samples));
    component components[3];
    for (size_t c = 0; c < 3 && c < planes; c++)
        components[c] = (component){samples + c * down * across, across, width, height};
    if (channels == 1)
        compress_grey(pixels, &components[0], quality);
    else
        compress_colour(pixels, components, samples + 3 * down * across, quality, halved);
    free(samples);
    return DN_OK;
}
