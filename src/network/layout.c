/* SPDX-License-Identifier: MIT */
#include "network/layout.h"

#include "base/memory.h"
#include "network/graph.h"

#include <stdlib.h>
#include <string.h>

static void add_slot(dn_layout *layout, const dn_key *key, dn_part part, int rank,
                     const int shape[4])
{
    dn_slot *slot = &layout->slots[layout->count++];
    *slot = (dn_slot){.key = *key, .rank = rank, .count = 1, .offset = layout->floats};
    slot->key.part = part;
    for (int d = 0; d < 4; d++) {
        slot->shape[d] = shape[d];
        slot->count *= (size_t)shape[d];
    }
    layout->floats += slot->count;
}

/* A node's norm, then its weights: the slots that the node names. */
static void add_node(dn_layout *layout, const dn_node *node)
{
    if (node->norm != DN_NONE)
        for (int part = DN_PART_NORM_WEIGHT; part <= DN_PART_NORM_VARIANCE; part++)
            add_slot(layout, &node->norm_key, (dn_part)part, 1, (const int[]){node->in, 1, 1, 1});
    if (node->weight == DN_NONE)
        return;
    if (node->kind == DN_NODE_LINEAR) {
        add_slot(layout, &node->key, DN_PART_LINEAR_WEIGHT, 2,
                 (const int[]){node->out, node->in, 1, 1});
        if (node->bias)
            add_slot(layout, &node->key, DN_PART_LINEAR_BIAS, 1, (const int[]){node->out, 1, 1, 1});
        return;
    }
    int side = dn_node_kernel(node);
    add_slot(layout, &node->key, DN_PART_CONV, 4, (const int[]){node->out, node->in, side, side});
}

dn_status dn_layout_create(const dn_arch *arch, dn_layout *layout)
{
    dn_graph graph;
    dn_layout made = {0};
    DN_TRY(dn_graph_create(arch, &graph));
    size_t most = (size_t)graph.nodes[graph.node_count - 1].end_slot;
    dn_status status = dn_calloc(most, sizeof *made.slots, &made.slots);
    for (int i = 0; status == DN_OK && i < graph.node_count; i++)
        add_node(&made, &graph.nodes[i]);
    dn_graph_free(&graph);
    if (status == DN_OK)
        *layout = made;
    return status;
}

void dn_layout_free(dn_layout *layout)
{
    free(layout->slots);
    *layout = (dn_layout){0};
}

const dn_slot *dn_layout_find(const dn_layout *layout, const dn_key *key)
{
    for (int i = 0; i < layout->count; i++)
        if (dn_key_compare(&layout->slots[i].key, key) == 0)
            return &layout->slots[i];
    return NULL;
}
