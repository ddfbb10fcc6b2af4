/* SPDX-License-Identifier: MIT */
/* The range of numbers for which bytes shall stand: what lies outside is clipped, what lies
 * inside is rounded, and a choice must be made between the two errors. */
#ifndef DN_QUANTISE_RANGES_H
#define DN_QUANTISE_RANGES_H

#include "densenet.h"
#include "quantise/histogram.h"

typedef struct dn_range {
    double low, high;
} dn_range;

typedef struct dn_range_rule {
    dn_range_method method;
    double percentile; /* of the numbers that a range holds: 50..100 */
} dn_range_rule;

/* The range of one channel, of any sign. */
dn_range dn_choose_range(const dn_range_rule *rule, const dn_histogram *histogram);

/* One of several channels with a range in common, which contains 0. What counts of its numbers is
 * scale * number + shift, at least 0 if activated, and its errors count by `weight`. */
typedef struct dn_range_part {
    const dn_histogram *histogram;
    double scale, shift, weight;
} dn_range_part;

/* The range of all parts together, which begins at 0 if activated. */
dn_range dn_choose_common_range(const dn_range_rule *rule, const dn_range_part *parts, int count,
                                bool activated);

/* Means over a part's numbers: exact, and of what bytes stand for, scale * (byte - zero). */
typedef struct dn_part_means {
    double exact, rounded;
} dn_part_means;
dn_part_means dn_mean_of_part(const dn_range_part *part, bool activated, double scale, int zero);

#endif
