/* SPDX-License-Identifier: MIT */
/* The order in which a file's layers concatenate. Models keep the oldest maps
 * first; a layer that puts its new maps first leaves, after n layers,
 *     [maps of layer n, ..., maps of layer 1, the block's input]. */
#ifndef DN_LOADING_ORDER_H
#define DN_LOADING_ORDER_H

#include "network/layout.h"
#include "tensors/tensors.h"

/* The channels that a tensor reads: `in` from before the block, then `growth`
 * from each of `layers` layers; `spatial` numbers of each. */
typedef struct dn_channels {
    int in, layers, growth, spatial;
} dn_channels;

/* A row of the slot, or several, end to end; layers is 0 if the tensor's channels are not a
 * concatenation. */
dn_channels dn_channels_read(const dn_arch *arch, const dn_slot *slot);

/* The index of canonical channel c in a file whose new maps come first. */
static inline int dn_channel_new_first(const dn_channels *channels, int c)
{
    int from_layers = c - channels->in;
    if (from_layers < 0)
        return channels->layers * channels->growth + c;
    int layer = from_layers / channels->growth;
    return (channels->layers - 1 - layer) * channels->growth + from_layers % channels->growth;
}

/* True if `whole` holds the `count` numbers of `part`, up to rounding. */
bool dn_statistics_hold(const float *part, const float *whole, int count);

/* What the running means say: all norms of a block see the same maps, so each
 * layer's running mean has the previous one at its beginning (LAST) or its end
 * (FIRST). AUTO if they are untrained or say neither. */
dn_status dn_concat_of_statistics(const dn_arch *arch, const dn_layout *layout,
                                  const dn_tensor *const *sources, dn_concat *concat);

const char *dn_concat_name(dn_concat concat);

#endif
