/* SPDX-License-Identifier: MIT */
/* Weights change every step, so they are laid out again for each use, one node
 * at a time, and weight gradients are converted back to PyTorch's order. */
#ifndef DN_ENGINE_REPACK_H
#define DN_ENGINE_REPACK_H

#include "train/engine/state.h"

/* Weights in engine->panels. */
typedef struct dn_laid_out {
    dn_window_form form;
    dn_panels panels;
} dn_laid_out;

/* How a node's convolution runs on maps of this size, forward and backward. */
dn_window_form dn_node_form(const dn_engine *engine, const dn_node *node);

/* The table that multiplies a node's weights, forward or transposed, with maps of its kind. Windows
 * are floats unless the processor multiplies pairs of bfloat16, and so is what rounding would cost
 * too much: Winograd's transformed numbers in the forward pass, whose errors change all gradients,
 * and gradients through a transition's pool. */
const dn_kernels *dn_product_kernels(const dn_engine *engine, const dn_node *node, bool transposed);

/* Floats of engine->panels that hold the node's weights, forward or backward. */
size_t dn_panels_needed(const dn_engine *engine, const dn_node *node);

dn_laid_out dn_lay_out_weights(dn_engine *engine, const dn_node *node);

/* Of the convolution that takes the gradient of a node's output to its input:
 * transposed, windows turned around, times `factor`. */
dn_laid_out dn_lay_out_transposed(dn_engine *engine, const dn_node *node, float factor);

/* Partial sums [split][shift][out][row_stride], whose rows hold
 * [column][channel]: the tasks' shares of the gradient of weights
 * [out][channel][shift][column]. */
typedef struct dn_weight_partials {
    const float *data;
    int splits, shifts, columns, row_stride;
    size_t split_stride;
} dn_weight_partials;

/* Sums the splits in order and adds them to the node's weight gradient. */
void dn_add_weight_gradient(dn_engine *engine, const dn_node *node,
                            const dn_weight_partials *partials);

#endif
