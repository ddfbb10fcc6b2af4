/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_LOCALE_H
#define DN_BASE_LOCALE_H

#include <locale.h>

/* Numbers in files and specifications are written the same in every country:
 * sets the thread's locale and returns the caller's, for uselocale() to set
 * again. "C" is a constant of the C library, which nobody need free. */
static inline locale_t dn_use_decimal_points(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", NULL));
}

#endif
