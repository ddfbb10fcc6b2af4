/* SPDX-License-Identifier: MIT */
/* How a network computes in bytes. A number of its maps is scale * byte + offset, with a scale
 * and an offset of its channel; a weight is a whole number between -127 and 127 times the scale
 * of its output, divided by that of its channel of the input. The tensors of a quantised model
 * are such numbers already. */
#ifndef DN_NETWORK_QUANTISATION_H
#define DN_NETWORK_QUANTISATION_H

#include "network/graph.h"

/* Of a convolution; all zeros for other nodes. */
typedef struct dn_node_quantisation {
    float *weight_scale;   /* one per output, over the input's */
    float *bias;           /* added to what it makes: what rounding takes away on average */
    float *scale, *offset; /* of what it makes, one per output; of activated maps, offsets are 0 */
    float *input_scale;    /* one per channel: it multiplies input_scale * (byte - input_zero); of
                              pictures all the same, of activated maps their scale */
    float input_zero;      /* a byte; 0 unless it reads pictures or linear maps */
    bool kept;             /* multiplies floats, and its weights are any */
} dn_node_quantisation;

typedef struct dn_quantisation {
    dn_graph graph; /* without sizes */
    dn_node_quantisation *nodes;
    float *storage;
} dn_quantisation;

/* The smallest scale: smaller ones cannot be divided by. */
#define DN_LEAST_SCALE 1e-30f

/* True for nodes that are quantised: convolutions before the head. */
static inline bool dn_is_quantised(const dn_node *node)
{
    return node->kind == DN_NODE_WINDOW || node->kind == DN_NODE_POINTWISE;
}

/* True for maps that a convolution writes with the norm and ReLU after it. */
static inline bool dn_is_activated(const dn_maps *maps)
{
    return maps->kind == DN_MAPS_STEM || maps->kind == DN_MAPS_BOTTLENECK;
}

/* With all numbers 0. */
dn_status dn_quantisation_create(const dn_arch *arch, dn_quantisation **quantisation);
void dn_quantisation_free(dn_quantisation *quantisation);

#endif
