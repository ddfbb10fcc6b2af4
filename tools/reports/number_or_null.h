/* SPDX-License-Identifier: MIT */
#ifndef TOOL_NUMBER_OR_NULL_H
#define TOOL_NUMBER_OR_NULL_H

#include <jansson.h>
#include <math.h>

/* JSON has no NaN and no infinity: they are null. */
static inline json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

#endif
