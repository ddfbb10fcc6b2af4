/* SPDX-License-Identifier: MIT */
#include "image/resample.h"

#include "base/memory.h"
#include "image/resample_passes.h"

#include <stdlib.h>
#include <string.h>

/* A resampling in progress. Without across taps (down taps) the picture keeps
 * its width (height). */
typedef struct resampling {
    const dn_resample_passes *passes;
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
    resampling work = {.passes = filter == DN_GAUSSIAN ? &dn_resample_passes_floats
                                                       : &dn_resample_passes_bytes,
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
