/* SPDX-License-Identifier: MIT */
/* How often numbers occur: in bins of one width, which doubles whenever a number lies outside. */
#ifndef DN_QUANTISE_HISTOGRAM_H
#define DN_QUANTISE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define DN_BINS 512

typedef struct dn_histogram {
    float least, most;     /* of all numbers */
    double first;          /* where the first bin begins */
    double width;          /* of a bin; 0: there are no numbers yet */
    double count[DN_BINS]; /* floats would count no further than 2^24 */
} dn_histogram;

/* Adds a number; one that is not finite is left out. */
void dn_histogram_add(dn_histogram *histogram, float number);

/* Makes it that of a normal distribution, cut off at `deviations` of its deviation; with
 * `activated`, of max(0, number). */
void dn_histogram_normal(dn_histogram *histogram, double mean, double deviation, double deviations,
                         bool activated);

/* The number in the middle of a bin, but no less than the least and no more than the most. */
static inline double dn_bin_middle(const dn_histogram *histogram, int bin)
{
    double middle = histogram->first + (bin + 0.5) * histogram->width;
    return middle < (double)histogram->least  ? (double)histogram->least
           : middle > (double)histogram->most ? (double)histogram->most
                                              : middle;
}

/* The number below which this share of all lies, 0..1. */
double dn_histogram_quantile(const dn_histogram *histogram, double share);

#endif
