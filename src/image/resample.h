/* SPDX-License-Identifier: MIT */
#ifndef DN_IMAGE_RESAMPLE_H
#define DN_IMAGE_RESAMPLE_H

#include "base/status.h"

/* Interleaved samples, or a rectangle of them: floats where the filter is
 * DN_GAUSSIAN, else bytes. */
typedef struct dn_pixels {
    const void *data;
    size_t stride; /* samples from a row to the next */
    int width, height;
    int channels; /* 1 or 3 */
} dn_pixels;

/* The part wanted of a picture resampled to full_width x full_height. */
typedef struct dn_window {
    int64_t full_width, full_height, x, y;
    int width, height;
} dn_window;

/* Writes window.width x window.height x channels samples. Bytes are identical
 * to Pillow's: lines first, rounded to bytes, then columns; a direction whose
 * size does not change is skipped. Computes nothing outside the window. */
dn_status dn_resample(const dn_pixels *source, dn_filter filter, const dn_window *window,
                      void *out);

#endif
