/* SPDX-License-Identifier: MIT */
#include "loading/name_gaps.h"

#include "loading/modules.h"
#include "loading/recorded/recorded_modules.h"

#include <string.h>

static dn_module module_of(const dn_tensor *tensor)
{
    return (dn_module){.path = tensor->name,
                       .path_length = dn_parent_length(tensor->name, strlen(tensor->name))};
}

/* How many modules lie between a node's norm and its convolution; -1 if names do not tell. */
static int gap_of(const dn_node *node, const dn_tensor *const *sources)
{
    dn_module norm = module_of(sources[node->norm]), conv = module_of(sources[node->weight]);
    return dn_count_between(&norm, &conv);
}

dn_relu dn_transition_relu_of_gaps(const dn_graph *graph, const dn_tensor *const *sources)
{
    int transitions[2] = {0}, layers[2] = {0};
    for (int i = 0; i < graph->pool_node; i++) {
        const dn_node *node = &graph->nodes[i];
        int gap = node->norm == DN_NONE || node->weight == DN_NONE ? -1 : gap_of(node, sources);
        if (gap >= 0 && node->key.role == DN_ROLE_TRANSITION)
            transitions[gap > 0]++;
        if (gap >= 0 && node->key.role == DN_ROLE_LAYER)
            layers[gap > 0]++;
    }
    if (transitions[1] && !transitions[0])
        return DN_RELU_YES;
    return transitions[0] && !transitions[1] && layers[1] && !layers[0] ? DN_RELU_NO : DN_RELU_AUTO;
}
