/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_MINMAX_H
#define DN_BASE_MINMAX_H

static inline int dn_smaller(int a, int b)
{
    return a < b ? a : b;
}

static inline int dn_larger(int a, int b)
{
    return a > b ? a : b;
}

#endif
