/* SPDX-License-Identifier: MIT */
/* The kinds of nodes in training, one row each. */
#ifndef DN_ENGINE_NODES_H
#define DN_ENGINE_NODES_H

#include "train/engine/state.h"

typedef struct dn_node_row {
    /* Working memory of both passes, for options.images pictures or fewer. */
    void (*needs)(const dn_engine *engine, const dn_node *node, dn_needs *needs);
    /* From the source's values to the target's, and their statistics; the last node's
     * are engine->logits. */
    void (*forward)(dn_engine *engine, const dn_node *node);
    /* From the target's gradients to the source's and the parameters'; the last
     * node's are engine->logits_gradient. */
    void (*backward)(dn_engine *engine, const dn_node *node);
} dn_node_row;

extern const dn_node_row dn_window_row, dn_pointwise_row, dn_activation_row, dn_pool_row,
    dn_linear_row, dn_vector_row;

const dn_node_row *dn_node_row_of(const dn_node *node);

#endif
