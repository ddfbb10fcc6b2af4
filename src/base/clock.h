/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_CLOCK_H
#define DN_BASE_CLOCK_H

#include <time.h>

/* Seconds on a clock that only moves forward. */
static inline double dn_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
