/* SPDX-License-Identifier: MIT */
#include "loading/name_gaps.h"

#include <stdlib.h>
#include <string.h>

/* The number of a tensor's module in its container, whose path has *container bytes; -1 if it
 * has a name instead. */
static long number_of(const char *name, size_t *container)
{
    const char *end = dn_last_component(name), *start;
    if (end == name)
        return -1;
    for (start = end - 1; start > name && start[-1] != '.';)
        start--;
    char *stop;
    long number = *start >= '0' && *start <= '9' ? strtol(start, &stop, 10) : -1;
    *container = (size_t)(start - name);
    return number >= 0 && stop == end - 1 && number < 1000 ? number : -1;
}

/* How many modules lie between a node's norm and its convolution; -1 if names do not tell. */
static long gap_of(const dn_node *node, const dn_tensor *const *sources)
{
    const char *norm = sources[node->norm]->name, *conv = sources[node->weight]->name;
    size_t around_norm = 0, around_conv = 0;
    long first = number_of(norm, &around_norm), second = number_of(conv, &around_conv);
    bool together = first >= 0 && second > first && around_norm == around_conv &&
                    memcmp(norm, conv, around_norm) == 0;
    return together ? second - first - 1 : -1;
}

dn_relu dn_transition_relu_of_gaps(const dn_graph *graph, const dn_tensor *const *sources)
{
    int transitions[2] = {0}, layers[2] = {0};
    for (int i = 0; i < graph->pool_node; i++) {
        const dn_node *node = &graph->nodes[i];
        long gap = node->norm == DN_NONE || node->weight == DN_NONE ? -1 : gap_of(node, sources);
        if (gap >= 0 && node->key.role == DN_ROLE_TRANSITION)
            transitions[gap > 0]++;
        if (gap >= 0 && node->key.role == DN_ROLE_LAYER)
            layers[gap > 0]++;
    }
    if (transitions[1] && !transitions[0])
        return DN_RELU_YES;
    return transitions[0] && !transitions[1] && layers[1] && !layers[0] ? DN_RELU_NO : DN_RELU_AUTO;
}
