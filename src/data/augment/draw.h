/* SPDX-License-Identifier: MIT */
/* Counter-based random numbers: what is drawn for a sample depends only on the
 * seed, the purpose, the epoch and the sample, never on earlier draws. So
 * neither threads nor resuming change anything. */
#ifndef DN_AUGMENT_DRAW_H
#define DN_AUGMENT_DRAW_H

#include "base/random.h"

#include <stdbool.h>

typedef enum dn_purpose {
    DN_FOR_SPLIT,   /* validation samples of a class */
    DN_FOR_ORDER,   /* of an epoch's samples */
    DN_FOR_AUGMENT, /* a sample in an epoch */
    DN_FOR_MIXUP    /* a pair of a batch in an epoch */
} dn_purpose;

/* An independent generator for one (epoch, index) of one purpose. */
dn_random dn_draw_for(dn_purpose purpose, uint64_t seed, int64_t epoch, int64_t index);

double dn_draw_uniform(dn_random *random, double low, double high);
bool dn_draw_chance(dn_random *random, double probability);

/* Beta(alpha, alpha); alpha > 0. */
double dn_draw_beta(dn_random *random, double alpha);

/* An index with the chance of its part of the whole; shares[i] is the sum of the parts up to i, and
 * the last is above 0. Parts of 0 are never drawn. */
int dn_draw_share(dn_random *random, const double *shares, int count);

/* Puts items[0..count-1] into a random order (Fisher and Yates). */
void dn_draw_order(dn_random *random, int *items, int count);

#endif
