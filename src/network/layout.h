/* SPDX-License-Identifier: MIT */
/* Every tensor of an architecture, in canonical order: the order of the
 * computation, and within a norm weight, bias, mean, variance. */
#ifndef DN_NETWORK_LAYOUT_H
#define DN_NETWORK_LAYOUT_H

#include "base/status.h"
#include "network/key.h"

typedef struct dn_slot {
    dn_key key;
    int rank;
    int shape[4];  /* convolutions: out, in, height, width */
    size_t count;  /* elements */
    size_t offset; /* in floats, were all slots laid end to end */
} dn_slot;

/* A parameter: not a running statistic. */
static inline bool dn_is_trained(const dn_slot *slot)
{
    return slot->key.part != DN_PART_NORM_MEAN && slot->key.part != DN_PART_NORM_VARIANCE;
}

/* Of a norm: weight, bias, mean, variance; of the head: weight, bias. */
#define DN_NORM_SLOTS 4
#define DN_HEAD_SLOTS 2

typedef struct dn_layout {
    dn_slot *slots;
    int count;
    size_t floats; /* of all slots together */
} dn_layout;

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

dn_status dn_layout_create(const dn_arch *arch, dn_layout *layout);
void dn_layout_free(dn_layout *layout);

/* The slot of a key, NULL where the architecture has none such. */
const dn_slot *dn_layout_find(const dn_layout *layout, const dn_key *key);

#endif
