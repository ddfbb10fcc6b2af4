/* SPDX-License-Identifier: MIT */
#include "train/engine/nodes.h"

static const dn_node_row *const rows[] = {
    [DN_NODE_WINDOW] = &dn_window_row,
    [DN_NODE_POINTWISE] = &dn_pointwise_row,
    [DN_NODE_ACTIVATION] = &dn_activation_row,
    [DN_NODE_HEAD] = &dn_head_row,
};

const dn_node_row *dn_node_row_of(const dn_node *node)
{
    return rows[node->kind];
}
