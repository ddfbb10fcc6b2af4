/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_LOCALE_H
#define DN_BASE_LOCALE_H

#include <locale.h>

/* Sets the thread's locale to "C", since numbers in files and specifications are written
 * the same in every country. Returns the former locale, to be restored with uselocale().
 * "C" is a constant of the C library and need not be freed. */
static inline locale_t dn_use_decimal_points(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", NULL));
}

#endif
