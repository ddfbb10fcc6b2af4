/* SPDX-License-Identifier: MIT */
/* How many channels there are where, by the architecture. */
#ifndef DN_NETWORK_WIDTHS_H
#define DN_NETWORK_WIDTHS_H

#include "base/status.h"

/* A convolution of the stem with what surrounds it. */
typedef struct dn_stem_conv {
    int in, out, kernel, stride;
    bool norm; /* BN and ReLU follow */
} dn_stem_conv;

/* Fills convs[] and returns how many the stem has, 1 or 3. */
int dn_stem_convs(const dn_arch *arch, dn_stem_conv convs[3]);

/* True where the stem ends in the 3x3/2 max-pool. */
bool dn_stem_pools(const dn_arch *arch);

/* Channels that enter block b, and that leave it (before its transition). */
int dn_block_in(const dn_arch *arch, int block);
int dn_block_out(const dn_arch *arch, int block);

/* Channels after the transition that follows a block of `channels`. */
int dn_transition_out(const dn_arch *arch, int channels);

/* Outputs of a layer's 1x1 convolution, 0 where layers have none. */
int dn_bottleneck_width(const dn_arch *arch);

#endif
