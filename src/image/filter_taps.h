/* SPDX-License-Identifier: MIT */
/* Resampling along one axis as a table: each output sample is a weighted sum of
 * a few neighbouring input samples, its taps. */
#ifndef DN_IMAGE_FILTER_TAPS_H
#define DN_IMAGE_FILTER_TAPS_H

#include "base/status.h"

/* Fixed-point weights have this many fraction bits, as in Pillow: 32, less 8
 * for a sample, less 2 for sums beyond its range. */
#define DN_TAP_BITS 22

typedef struct dn_taps {
    int count;      /* outputs */
    int length;     /* taps of each: as many as the widest needs, padded with zeros;
                       even if the input is that wide */
    int *first;     /* the input sample of each output's first tap */
    int32_t *fixed; /* count x length, for 8-bit samples ... */
    double *exact;  /* ... or for floats; the other is NULL */

    /* For each pair of fixed weights the high parts, then the low ones: a
     * weight is 256 * high + low. NULL if length is odd. */
    int16_t (*halves)[4];
} dn_taps;

/* Taps for outputs start .. start+count-1 of resampling `in` samples to `out`. DN_BILINEAR and
 * DN_BICUBIC give fixed weights, DN_GAUSSIAN exact ones. Release with dn_taps_free. */
dn_status dn_taps_create(dn_filter filter, int in, int64_t out, int64_t start, int count,
                         dn_taps *taps);
void dn_taps_free(dn_taps *taps);

#endif
