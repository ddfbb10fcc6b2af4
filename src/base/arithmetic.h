/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_ARITHMETIC_H
#define DN_BASE_ARITHMETIC_H

#include <stdint.h>

static inline int dn_min(int a, int b)
{
    return a < b ? a : b;
}

static inline int dn_max(int a, int b)
{
    return a > b ? a : b;
}

/* The quotient, rounded up. */
static inline int dn_ceil_divide(int value, int divisor)
{
    return (value + divisor - 1) / divisor;
}

/* The first of the things in part number `part` when `whole` things are divided evenly
 * among `parts` parts. */
static inline int dn_share_begin(int whole, int parts, int part)
{
    return (int)((int64_t)whole * part / parts);
}

#endif
