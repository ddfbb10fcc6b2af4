/* SPDX-License-Identifier: MIT */
#include "image/resample_passes.h"

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
        for (int t = 0; t < taps->length; t++, sample += stride)
            sum += weights[t] * (double)*sample;
        result[i] = (float)sum;
    }
}

const dn_resample_passes dn_resample_passes_floats = {sizeof(float), floats_across, floats_down};
