/* SPDX-License-Identifier: MIT */
/* How far answers in one precision are from those in another. */
#ifndef TOOL_LOGITS_DISTANCE_H
#define TOOL_LOGITS_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct logits_distance {
    double asked, same;         /* pictures, and of them those with the same class; or labels, and
                                   those on the same side */
    double count, sum, squares; /* of the exact logits */
    double errors;              /* squares of the differences from them */
} logits_distance;

/* Adds n answers of so many outputs, which are classes or labels. */
void logits_distance_add(logits_distance *distance, const float *exact, const float *other,
                         size_t n, int outputs, bool labels);

/* The share of same answers; a number that is not one is the same as none. */
double logits_distance_agree(const logits_distance *distance);

/* Root mean square of the differences, over the deviation of the exact logits. */
double logits_distance_error(const logits_distance *distance);

#endif
