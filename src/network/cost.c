/* SPDX-License-Identifier: MIT */
#include "network/graph.h"
#include "network/layout.h"

size_t dn_arch_parameters(const dn_arch *arch)
{
    dn_layout layout;
    if (dn_arch_check(arch) != DN_OK || dn_layout_create(arch, &layout) != DN_OK)
        return 0;
    size_t count = 0;
    for (int i = 0; i < layout.count; i++)
        if (dn_is_trained(&layout.slots[i]))
            count += layout.slots[i].count;
    dn_layout_free(&layout);
    return count;
}

double dn_arch_operations(const dn_arch *arch, int height, int width)
{
    dn_graph graph;
    double sum = 0;
    if (dn_arch_check(arch) != DN_OK || dn_graph_create(arch, &graph) != DN_OK)
        return 0;
    dn_graph_measure(&graph, height, width);
    for (int i = 0; i < graph.node_count; i++)
        sum += 2 * dn_node_products(&graph, &graph.nodes[i]);
    dn_graph_free(&graph);
    return sum;
}
