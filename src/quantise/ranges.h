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

/* The range of a channel of its own, of any numbers. */
dn_range dn_choose_range(const dn_range_rule *rule, const dn_histogram *histogram);

/* A channel of several that have one range, from 0 or a number below it on. It reads
 * scale * number + shift, at least 0 if activated, and errors count by weight. */
typedef struct dn_range_part {
    const dn_histogram *histogram;
    double scale, shift, weight;
} dn_range_part;

/* The range of all parts together; from 0 on, if activated. */
dn_range dn_choose_common_range(const dn_range_rule *rule, const dn_range_part *parts, int count,
                                bool activated);

/* Means over a part: of what it reads, and of the bytes' numbers that stand for it. */
typedef struct dn_part_means {
    double exact, rounded;
} dn_part_means;
dn_part_means dn_mean_of_part(const dn_range_part *part, bool activated, double scale, int zero);

#endif
