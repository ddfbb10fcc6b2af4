/* SPDX-License-Identifier: MIT */
/* The range of a chart's axis and its ticks, for any numbers that a file may hold. */
#ifndef TOOL_AXIS_H
#define TOOL_AXIS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct axis {
    double low, high;
    double first, step; /* of the ticks */
    int ticks;
} axis;

/* An axis for measured values, of which those that are not finite count for nothing. Single values
 * that are so far from the others that these would look like one are left outside. share: the
 * values lie between 0 and 1, and so does the axis. Sorts the values. */
axis axis_of_values(double *values, size_t count, bool share);

/* An axis for what is counted from 0, as epochs are; its ticks are whole numbers, unless it is
 * shorter than 1. */
axis axis_of_counts(double low, double high);

#endif
