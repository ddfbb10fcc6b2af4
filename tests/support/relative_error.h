/* SPDX-License-Identifier: MIT */
#ifndef RELATIVE_ERROR_H
#define RELATIVE_ERROR_H

#include <math.h>
#include <stddef.h>

/* The error relative to what is expected, both as root mean squares. */
static inline double relative_error(const float *found, const float *expected, size_t count)
{
    double square = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        square += pow((double)expected[i], 2);
        difference += pow((double)found[i] - (double)expected[i], 2);
    }
    return sqrt(difference / fmax(square, 1e-12));
}

#endif
