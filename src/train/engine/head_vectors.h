/* SPDX-License-Identifier: MIT */
/* The head's vectors, one per image. Those that a node makes without a target are the logits,
 * in the caller's memory. */
#ifndef DN_ENGINE_HEAD_VECTORS_H
#define DN_ENGINE_HEAD_VECTORS_H

#include "train/engine/state.h"

typedef struct dn_vectors {
    float *data;
    int stride, channels;
} dn_vectors;

/* What a node of the head reads and makes; of `vectors`, the gradient. */
dn_vectors dn_source_vectors(const dn_engine *engine, const dn_node *node);
dn_vectors dn_source_gradient(const dn_engine *engine, const dn_node *node);
dn_vectors dn_target_vectors(const dn_engine *engine, const dn_node *node);

/* The gradient of what a node makes. Of the logits it is the caller's, so not to be written. */
typedef struct dn_const_vectors {
    const float *data;
    int stride;
} dn_const_vectors;
dn_const_vectors dn_target_gradient(const dn_engine *engine, const dn_node *node);

/* What a gradient is multiplied by when it becomes that of the node's source: 1, or, if the
 * source is the mean over all pixels, a pixel's share. */
float dn_gradient_share(const dn_engine *engine, const dn_node *node);

#endif
