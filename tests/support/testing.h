/* SPDX-License-Identifier: MIT */
/* cmocka, with the headers that it wants before itself. */
#ifndef TESTING_H
#define TESTING_H

#include "densenet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Unlike assert_float_equal, for which NaN equals everything. */
static inline void assert_near(double value, double expected, double tolerance)
{
    if (!(value >= expected - tolerance && value <= expected + tolerance))
        fail_msg("%.12g, expected %.12g", value, expected);
}

#endif
