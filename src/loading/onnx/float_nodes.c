/* SPDX-License-Identifier: MIT */
/* A network before its head, in floats. */
#include "loading/onnx/graph_draft.h"
#include "network/norm_line.h"

/* The node whose norm becomes part of this one's convolution, or DN_NONE. */
static int folded_reader(const dn_graph_draft *d, const dn_node *node)
{
    const dn_maps *target = &d->graph->maps[node->target];
    return d->options->fold && dn_is_activated(target) ? target->last_reader : DN_NONE;
}

static bool is_folded(const dn_graph_draft *d, const dn_node *node)
{
    return d->options->fold && node->source != DN_NONE &&
           dn_is_activated(&d->graph->maps[node->source]);
}

/* What a norm, unless a convolution has it already, and a ReLU make of the maps that a node
 * reads. */
static const char *activate(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    const char *x = dn_read_pieces(d, number);
    if (node->norm == DN_NONE)
        return x;
    if (!is_folded(d, node))
        x = dn_add_norm(d, node, x);
    return node->linear ? x : dn_onnx_unary(d->to, "Relu", dn_relu_name(d, node), x);
}

static const char *add_folded_conv(const dn_graph_draft *d, int number, const dn_node *reader,
                                   const char *x)
{
    const dn_node *node = &d->graph->nodes[number];
    size_t total = d->model->layout.slots[node->weight].count, count = total / (size_t)node->out;
    const float *weight = d->model->tensors[node->weight];
    float *to = d->floats, *bias = to + total;
    for (int n = 0; n < node->out; n++) {
        dn_line norm = dn_norm_of(d->model, reader, n);
        for (size_t i = 0; i < count; i++)
            *to++ = (float)((double)*weight++ * norm.scale);
        bias[n] = (float)norm.shift;
    }
    return dn_add_biased_conv(d, number, x, d->floats, bias);
}

static const char *add_node(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    const char *x = activate(d, number);
    if (node->kind == DN_NODE_ACTIVATION)
        return node->pools ? dn_add_stem_pool(d, node, x) : x;
    int reader = folded_reader(d, node);
    x = reader == DN_NONE ? dn_add_conv(d, number, x, dn_slot_tensor(d, node->weight), NULL)
                          : add_folded_conv(d, number, &d->graph->nodes[reader], x);
    return node->pools ? dn_add_transition_pool(d, node, x) : x;
}

const char *dn_add_float_nodes(const dn_graph_draft *d)
{
    int pool = d->graph->pool_node;
    for (int i = 0; i < pool; i++)
        d->values[i] = add_node(d, i);
    return activate(d, pool);
}
