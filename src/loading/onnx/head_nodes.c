/* SPDX-License-Identifier: MIT */
#include "loading/onnx/graph_draft.h"

static const char *add_pool(const dn_graph_draft *d, const char *x)
{
    const dn_node *pool = &d->graph->nodes[d->graph->pool_node];
    const dn_maps *last = &d->graph->maps[pool->source];
    if (pool->pool == DN_POOL_GRID)
        return dn_add_mean_pool(d, "avgpool", x, last->height / pool->rows,
                                last->width / pool->columns);
    if (pool->window)
        return dn_add_mean_pool(d, "avgpool", x, pool->window, pool->window);
    if (pool->pool == DN_POOL_MEAN)
        return dn_onnx_unary(d->to, "GlobalAveragePool", "avgpool", x);
    const char *maxima = dn_onnx_unary(d->to, "GlobalMaxPool", "maxpool", x);
    if (pool->pool == DN_POOL_MAX)
        return maxima;
    const char *means = dn_onnx_unary(d->to, "GlobalAveragePool", "avgpool", x);
    if (pool->pool == DN_POOL_AVGMAX) {
        const float half = 0.5f;
        const char *sum = dn_onnx_binary(d->to, "Add", "pool.sum", means, maxima);
        return dn_onnx_binary(d->to, "Mul", "pool", sum,
                              dn_onnx_floats(d->to, "half", d->dtype, &(dn_onnx_shape){0}, &half));
    }
    bool means_first = pool->pool == DN_POOL_MEAN_MAX;
    const char *both = dn_onnx_binary(d->to, "Concat", "pool", means_first ? means : maxima,
                                      means_first ? maxima : means);
    dn_onnx_int(d->to, "axis", 1);
    return both;
}

static const char *add_linear(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    const char *name = dn_module_name(d, &node->key, DN_PART_LINEAR_WEIGHT);
    const char *weight = dn_slot_tensor(d, node->weight);
    const char *made = node->bias ? dn_onnx_ternary(d->to, "Gemm", name, x, weight,
                                                    dn_slot_tensor(d, node->weight + 1))
                                  : dn_onnx_binary(d->to, "Gemm", name, x, weight);
    dn_onnx_int(d->to, "transB", 1);
    return made;
}

static const char *add_part(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    if (node->kind == DN_NODE_LINEAR)
        return add_linear(d, node, x);
    if (node->rectifies)
        return dn_onnx_unary(d->to, "Relu", dn_module_name(d, &node->key, DN_PART_LINEAR_WEIGHT),
                             x);
    return dn_add_norm(d, node, x);
}

const char *dn_add_head(const dn_graph_draft *d, const char *maps)
{
    const char *x = dn_onnx_unary(d->to, "Flatten", "flatten", add_pool(d, maps));
    for (int i = d->graph->pool_node + 1; i < d->graph->node_count; i++)
        x = add_part(d, &d->graph->nodes[i], x);
    return x;
}
