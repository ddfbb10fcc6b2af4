/* SPDX-License-Identifier: MIT */
#include "data/augment/pixel_ops.h"

#include "base/memory.h"
#include "data/augment/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TAPS = 2 * 3 * DN_WIDEST_BLUR + 1 };

static uint8_t round_to_byte(float value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5f);
}

/* Weights of -radius..radius, three deviations wide; returns the radius. */
static int gaussian(double sigma, float weights[MOST_TAPS])
{
    int radius = (int)ceil(3 * sigma);
    double sum = 0;
    for (int i = -radius; i <= radius; i++)
        sum += exp(-0.5 * (i / sigma) * (i / sigma));
    for (int i = -radius; i <= radius; i++)
        weights[radius + i] = (float)(exp(-0.5 * (i / sigma) * (i / sigma)) / sum);
    return radius;
}

/* out[i] = sum of weights[t] * in[i + t * step] */
static void convolve(const float *in, size_t step, const float *weights, int taps, size_t count,
                     float *out)
{
    memset(out, 0, count * sizeof *out);
    for (int t = 0; t < taps; t++, in += step)
        for (size_t i = 0; i < count; i++)
            out[i] += weights[t] * in[i];
}

/* A line of pixels as floats, extended by `radius` copies of each end. */
static void widen_line(const uint8_t *pixels, int width, int channels, int radius, float *out)
{
    for (int x = -radius; x < width + radius; x++) {
        int from = x < 0 ? 0 : x < width ? x : width - 1;
        for (int c = 0; c < channels; c++)
            *out++ = pixels[from * channels + c];
    }
}

dn_status dn_blur_pixels(uint8_t *pixels, int width, int height, int channels, double sigma)
{
    float weights[MOST_TAPS];
    int radius = gaussian(sigma, weights), taps = 2 * radius + 1;
    size_t row = (size_t)width * (size_t)channels,
           wide = row + 2 * (size_t)radius * (size_t)channels;
    size_t lines = (size_t)height + 2 * (size_t)radius;
    float *memory = NULL;
    DN_TRY(dn_alloc_aligned(wide + lines * row + row, sizeof *memory, &memory));
    float *line = memory, *blurred = memory + wide, *sums = blurred + lines * row;
    for (int y = 0; y < height; y++) {
        widen_line(pixels + (size_t)y * row, width, channels, radius, line);
        convolve(line, (size_t)channels, weights, taps, row, blurred + (size_t)(radius + y) * row);
    }
    for (int i = 0; i < radius; i++) {
        memcpy(blurred + (size_t)i * row, blurred + (size_t)radius * row, row * sizeof *blurred);
        memcpy(blurred + (size_t)(radius + height + i) * row,
               blurred + (size_t)(radius + height - 1) * row, row * sizeof *blurred);
    }
    for (int y = 0; y < height; y++) {
        convolve(blurred + (size_t)y * row, row, weights, taps, row, sums);
        for (size_t i = 0; i < row; i++)
            pixels[(size_t)y * row + i] = round_to_byte(sums[i]);
    }
    free(memory);
    return DN_OK;
}

static float luma(const uint8_t *pixel, int channels)
{
    if (channels == 1)
        return pixel[0];
    return 0.299f * (float)pixel[0] + 0.587f * (float)pixel[1] + 0.114f * (float)pixel[2];
}

static float mean_luma(const uint8_t *pixels, size_t count, int channels)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)luma(pixels + i * (size_t)channels, channels);
    return (float)floor(sum / (double)count + 0.5);
}

typedef enum enhancement { BRIGHTNESS, CONTRAST, SATURATION, ENHANCEMENTS } enhancement;

/* Each blends with something: black, the mean grey, the pixel's own grey. */
static void blend(uint8_t *pixels, size_t count, int channels, enhancement kind, float factor)
{
    float other = kind == CONTRAST ? mean_luma(pixels, count, channels) : 0;
    for (size_t i = 0; i < count; i++, pixels += channels) {
        if (kind == SATURATION)
            other = luma(pixels, channels);
        for (int c = 0; c < channels; c++)
            pixels[c] = round_to_byte(factor * (float)pixels[c] + (1 - factor) * other);
    }
}

void dn_jitter_pixels(uint8_t *pixels, size_t count, int channels, double strength,
                      dn_random *random)
{
    int order[ENHANCEMENTS] = {BRIGHTNESS, CONTRAST, SATURATION};
    dn_draw_order(random, order, ENHANCEMENTS);
    for (int i = 0; i < ENHANCEMENTS; i++) {
        float factor = (float)dn_draw_uniform(random, 1 - strength, 1 + strength);
        blend(pixels, count, channels, (enhancement)order[i], factor);
    }
}
