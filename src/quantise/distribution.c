/* SPDX-License-Identifier: MIT */
#include "quantise/quantiser.h"

const dn_histogram *dn_distribution(const dn_quantiser *q, int maps, int channel)
{
    const dn_node *writer = &q->graph.nodes[q->graph.maps[maps].first_writer];
    if (writer->kind == DN_NODE_ACTIVATION && !writer->pools && channel < writer->out)
        return &q->maps[writer->source][channel];
    return &q->maps[maps][channel];
}
