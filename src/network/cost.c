/* SPDX-License-Identifier: MIT */
#include "network/graph.h"

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
