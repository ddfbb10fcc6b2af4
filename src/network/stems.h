/* SPDX-License-Identifier: MIT */
/* What may come before the first block, one row each. */
#ifndef DN_NETWORK_STEMS_H
#define DN_NETWORK_STEMS_H

#include "base/status.h"

typedef struct dn_stem_row {
    const char *name;
    int convs;          /* 1; or 3, of which the first two make stem_hidden maps */
    int kernel, stride; /* of the first convolution; further ones have stride 1 */
    bool norm;          /* BN and ReLU follow each convolution */
    bool pools;         /* ends in the 3x3/2 maximum with padding 1, */
    bool blurs;         /* or in 3x3/1 maxima and a blur that halves them likewise */
} dn_stem_row;

/* NULL past the last stem. */
const dn_stem_row *dn_stem_row_of(dn_stem stem);

/* The architecture's stem: its kind's row, but for what the architecture says otherwise. */
dn_stem_row dn_arch_stem(const dn_arch *arch);

/* A convolution of the stem, and what surrounds it. */
typedef struct dn_stem_conv {
    int in, out, kernel, stride;
    bool norm; /* BN and ReLU follow */
} dn_stem_conv;

/* Fills convs[] and returns how many the stem has, 1 or 3. */
int dn_stem_convs(const dn_arch *arch, dn_stem_conv convs[3]);

#endif
