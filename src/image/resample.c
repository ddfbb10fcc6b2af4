/* SPDX-License-Identifier: MIT */
#include "image/resample.h"

#include "base/memory.h"
#include "image/taps.h"

#include <stdlib.h>
#include <string.h>

/* The two directions for one type of sample. across: a line of taps->count
 * pixels from one line. down: `count` samples, each from the samples below one
 * another in the lines that output `row` uses. */
typedef struct passes {
    size_t sample_size;
    void (*across)(const dn_taps *taps, int channels, const void *line, void *out);
    void (*down)(const dn_taps *taps, int row, const void *lines, size_t stride, size_t count,
                 void *out);
} passes;

#define HALF (1 << (DN_TAP_BITS - 1))

static inline uint8_t clip(int32_t sum)
{
    sum >>= DN_TAP_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* Inlined for constant channels, whose loop then unrolls. */
static inline void across_bytes(const dn_taps *taps, const int channels, const uint8_t *line,
                                uint8_t *out)
{
    const int32_t *weights = taps->fixed;
    for (int x = 0; x < taps->count; x++, weights += taps->length, out += channels) {
        const uint8_t *pixel = line + (size_t)taps->first[x] * (size_t)channels;
        int32_t sums[3] = {HALF, HALF, HALF};
        for (int t = 0; t < taps->length; t++, pixel += channels)
            for (int c = 0; c < channels; c++)
                sums[c] += weights[t] * pixel[c];
        for (int c = 0; c < channels; c++)
            out[c] = clip(sums[c]);
    }
}

static void bytes_across(const dn_taps *taps, int channels, const void *line, void *out)
{
    if (channels == 3)
        across_bytes(taps, 3, line, out);
    else
        across_bytes(taps, 1, line, out);
}

#define STRIP 512 /* sums that stay in the first-level cache */

static void bytes_down(const dn_taps *taps, int row, const void *lines, size_t stride, size_t count,
                       void *out)
{
    const int32_t *weights = taps->fixed + (size_t)row * (size_t)taps->length;
    const uint8_t *strip = lines;
    uint8_t *result = out;
    int32_t sums[STRIP];
    for (size_t done = 0; done < count; done += STRIP) {
        size_t some = count - done < STRIP ? count - done : STRIP;
        for (size_t i = 0; i < some; i++)
            sums[i] = HALF;
        for (int t = 0; t < taps->length; t++) {
            const uint8_t *line = strip + (size_t)t * stride + done;
            for (size_t i = 0; i < some; i++)
                sums[i] += weights[t] * line[i];
        }
        for (size_t i = 0; i < some; i++)
            result[done + i] = clip(sums[i]);
    }
}

static void floats_across(const dn_taps *taps, int channels, const void *line, void *out)
{
    const double *weights = taps->exact;
    size_t step = (size_t)channels;
    float *result = out;
    for (int x = 0; x < taps->count; x++, weights += taps->length)
        for (size_t c = 0; c < step; c++) {
            const float *sample = (const float *)line + (size_t)taps->first[x] * step + c;
            double sum = 0;
            for (int t = 0; t < taps->length; t++, sample += step)
                sum += weights[t] * (double)*sample;
            *result++ = (float)sum;
        }
}

static void floats_down(const dn_taps *taps, int row, const void *lines, size_t stride,
                        size_t count, void *out)
{
    const double *weights = taps->exact + (size_t)row * (size_t)taps->length;
    float *result = out;
    for (size_t i = 0; i < count; i++) {
        const float *sample = (const float *)lines + i;
        double sum = 0;
        for (int t = 0; t < taps->length; t++)
            sum += weights[t] * (double)sample[(size_t)t * stride];
        result[i] = (float)sum;
    }
}

static const passes byte_passes = {sizeof(uint8_t), bytes_across, bytes_down};
static const passes float_passes = {sizeof(float), floats_across, floats_down};

/* A resampling under way. Without across taps (down taps) the picture keeps its
 * width (height). */
typedef struct resampling {
    const passes *passes;
    const dn_window *window;
    dn_pixels lines;      /* what the down pass reads: first_line is its row 0 */
    dn_taps across, down; /* count 0: none */
    int first_line, line_count;
    void *storage; /* of lines, where the across pass makes them */
} resampling;

static dn_status choose_lines(resampling *work, const dn_pixels *source, dn_filter filter)
{
    const dn_window *window = work->window;
    work->first_line = (int)window->y;
    work->line_count = window->height;
    if (window->full_height == source->height)
        return DN_OK;
    dn_taps *down = &work->down;
    DN_TRY(dn_taps_create(filter, source->height, window->full_height, window->y, window->height,
                          down));
    work->first_line = down->first[0];
    work->line_count = down->first[window->height - 1] + down->length - down->first[0];
    return DN_OK;
}

static dn_status make_lines(resampling *work, const dn_pixels *source, dn_filter filter)
{
    const dn_window *window = work->window;
    size_t sample_size = work->passes->sample_size, channels = (size_t)source->channels;
    const char *line =
        (const char *)source->data + (size_t)work->first_line * source->stride * sample_size;
    work->lines = (dn_pixels){.data = line + (size_t)window->x * channels * sample_size,
                              .stride = source->stride};
    if (window->full_width == source->width)
        return DN_OK;
    size_t stride = (size_t)window->width * channels, bytes;
    DN_TRY(dn_taps_create(filter, source->width, window->full_width, window->x, window->width,
                          &work->across));
    if (!dn_multiply(stride * sample_size, (size_t)work->line_count, &bytes))
        return dn_fail_memory(SIZE_MAX);
    DN_TRY(dn_alloc_aligned(bytes, 1, &work->storage));
    char *made = work->storage;
    for (int y = 0; y < work->line_count; y++) {
        work->passes->across(&work->across, source->channels, line, made);
        line += source->stride * sample_size;
        made += stride * sample_size;
    }
    work->lines = (dn_pixels){.data = work->storage, .stride = stride};
    return DN_OK;
}

static void combine_lines(const resampling *work, size_t row_samples, char *out)
{
    size_t sample_size = work->passes->sample_size, stride = work->lines.stride;
    const char *lines = work->lines.data;
    for (int y = 0; y < work->window->height; y++, out += row_samples * sample_size) {
        if (!work->down.count) {
            memcpy(out, lines + (size_t)y * stride * sample_size, row_samples * sample_size);
            continue;
        }
        size_t first = (size_t)(work->down.first[y] - work->first_line);
        work->passes->down(&work->down, y, lines + first * stride * sample_size, stride,
                           row_samples, out);
    }
}

dn_status dn_resample(const dn_pixels *source, dn_filter filter, const dn_window *window, void *out)
{
    resampling work = {.passes = filter == DN_GAUSSIAN ? &float_passes : &byte_passes,
                       .window = window};
    dn_status status = choose_lines(&work, source, filter);
    if (status == DN_OK)
        status = make_lines(&work, source, filter);
    if (status == DN_OK)
        combine_lines(&work, (size_t)window->width * (size_t)source->channels, out);
    dn_taps_free(&work.across);
    dn_taps_free(&work.down);
    free(work.storage);
    return status;
}
