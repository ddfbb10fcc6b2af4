/* SPDX-License-Identifier: MIT */
#include "image/resample_passes.h"

#define HALF (1 << (DN_TAP_BITS - 1))

static inline uint8_t clip(int32_t sum)
{
    sum >>= DN_TAP_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/* Inlined for constant channels, whose loops then unroll. */
static inline void across(const dn_taps *taps, const int channels, const uint8_t *line,
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
#ifdef __SSE2__
    if (channels == 3 && taps->halves) {
        dn_rgb_across_sse2(taps, line, out);
        return;
    }
#endif
    if (channels == 3)
        across(taps, 3, line, out);
    else
        across(taps, 1, line, out);
}

#define STRIP 512 /* sums that stay in the first-level cache */

static void bytes_down(const dn_taps *taps, int row, const void *lines, size_t stride, size_t count,
                       void *out)
{
    const int32_t *weights = taps->fixed + (size_t)row * (size_t)taps->length;
    uint8_t *result = out;
    int32_t sums[STRIP];
    for (size_t done = 0; done < count; done += STRIP) {
        size_t some = count - done < STRIP ? count - done : STRIP;
        for (size_t i = 0; i < some; i++)
            sums[i] = HALF;
        const uint8_t *line = (const uint8_t *)lines + done;
        for (int t = 0; t < taps->length; t++, line += stride)
            for (size_t i = 0; i < some; i++)
                sums[i] += weights[t] * line[i];
        for (size_t i = 0; i < some; i++)
            result[done + i] = clip(sums[i]);
    }
}

const dn_resample_passes dn_resample_passes_bytes = {sizeof(uint8_t), bytes_across, bytes_down};
