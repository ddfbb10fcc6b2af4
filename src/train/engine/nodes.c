/* SPDX-License-Identifier: MIT */
#include "train/engine/nodes.h"

static const dn_node_row *const rows[] = {
    [DN_NODE_WINDOW] = &dn_window_row,         [DN_NODE_POINTWISE] = &dn_pointwise_row,
    [DN_NODE_ACTIVATION] = &dn_activation_row, [DN_NODE_POOL] = &dn_pool_row,
    [DN_NODE_LINEAR] = &dn_linear_row,         [DN_NODE_VECTOR] = &dn_vector_row,
};

const dn_node_row *dn_node_row_of(const dn_node *node)
{
    return rows[node->kind];
}
