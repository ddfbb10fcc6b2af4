/* SPDX-License-Identifier: MIT */
/* The two directions of resampling, for one type of sample. */
#ifndef DN_IMAGE_RESAMPLE_PASSES_H
#define DN_IMAGE_RESAMPLE_PASSES_H

#include "image/filter_taps.h"

#include <stddef.h>

typedef struct dn_resample_passes {
    size_t sample_size;

    /* A line of taps->count pixels from one line. */
    void (*across)(const dn_taps *taps, int channels, const void *line, void *out);

    /* `count` samples of output line `row`, each from the samples in the same
     * column of the lines that its taps cover. */
    void (*down)(const dn_taps *taps, int row, const void *lines, size_t stride, size_t count,
                 void *out);
} dn_resample_passes;

extern const dn_resample_passes dn_resample_passes_bytes, dn_resample_passes_floats;

/* The byte pass across for lines of RGB by SSE2, which x86-64 always has; needs
 * taps->halves. */
void dn_rgb_across_sse2(const dn_taps *taps, const uint8_t *line, uint8_t *out);

#endif
