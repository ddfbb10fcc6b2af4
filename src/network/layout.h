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
    size_t offset; /* in floats, with all slots end to end */
} dn_slot;

/* True for a parameter, false for a running statistic. */
static inline bool dn_is_trained(const dn_slot *slot)
{
    return slot->key.part != DN_PART_NORM_MEAN && slot->key.part != DN_PART_NORM_VARIANCE;
}

/* Of a norm: weight, bias, mean, variance. */
#define DN_NORM_SLOTS 4

typedef struct dn_layout {
    dn_slot *slots;
    int count;
    size_t floats; /* of all slots together */
} dn_layout;

dn_status dn_layout_create(const dn_arch *arch, dn_layout *layout);
void dn_layout_free(dn_layout *layout);

/* The slot of a key; NULL if the architecture has no such tensor. */
const dn_slot *dn_layout_find(const dn_layout *layout, const dn_key *key);

#endif
