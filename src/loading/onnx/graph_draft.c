/* SPDX-License-Identifier: MIT */
/* The nodes that graphs of floats and of bytes have in common. */
#include "loading/onnx/graph_draft.h"

#include <stdio.h>
#include <string.h>

const char *dn_module_name(const dn_graph_draft *d, const dn_key *key, dn_part part)
{
    dn_name_context context = dn_name_context_of(&d->model->arch);
    dn_key named = *key;
    char name[DN_TENSOR_NAME_SIZE];
    named.part = part;
    dn_name_format(DN_DIALECT_TORCHVISION, &context, &named, name);
    return dn_onnx_text(d->to, "%.*s", (int)(strrchr(name, '.') - name), name);
}

const char *dn_relu_name(const dn_graph_draft *d, const dn_node *node)
{
    const char *norm = dn_module_name(d, &node->norm_key, DN_PART_NORM_WEIGHT);
    const char *last = strrchr(norm, '.');
    return last ? dn_onnx_text(d->to, "%.*s.relu%s", (int)(last - norm), norm,
                               last + strlen(".norm"))
                : norm;
}

/* torchvision's modules end with the concatenation: a layer's is the first thing in it. */
static const char *concat_name(const dn_graph_draft *d, const dn_node *node)
{
    const char *norm = dn_module_name(d, &node->norm_key, DN_PART_NORM_WEIGHT);
    const char *last = strrchr(norm, '.');
    if (node->key.role == DN_ROLE_LAYER && last)
        return dn_onnx_text(d->to, "%.*s.concat", (int)(last - norm), norm);
    return dn_onnx_text(d->to, "features.denseblock%d", d->graph->maps[node->source].block + 1);
}

const char *dn_read_pieces(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    if (node->source == DN_NONE)
        return d->input;
    const char **pieces = dn_onnx_memory(d->to, (size_t)number, sizeof *pieces);
    size_t count = 0;
    for (int i = 0; pieces && i < number; i++)
        if (d->graph->nodes[i].target == node->source)
            pieces[count++] = d->values[i];
    if (count < 2)
        return count ? pieces[0] : "";
    const char *joined = dn_onnx_node(d->to, "Concat", concat_name(d, node), pieces, count);
    dn_onnx_int(d->to, "axis", 1);
    return joined;
}

const char *dn_slot_tensor(const dn_graph_draft *d, int slot)
{
    const dn_slot *from = &d->model->layout.slots[slot];
    dn_onnx_shape shape = {.rank = from->rank};
    for (int i = 0; i < from->rank; i++)
        shape.sides[i] = from->shape[i];
    return dn_onnx_floats(d->to, d->model->names[slot], d->dtype, &shape, d->model->tensors[slot]);
}

static const char *add_norm(const dn_graph_draft *d, const dn_node *node, const char *x,
                            const char *const vectors[DN_NORM_SLOTS], double epsilon)
{
    const char *inputs[1 + DN_NORM_SLOTS] = {x};
    memcpy(inputs + 1, vectors, DN_NORM_SLOTS * sizeof *vectors);
    const char *name = dn_module_name(d, &node->norm_key, DN_PART_NORM_WEIGHT);
    const char *made = dn_onnx_node(d->to, "BatchNormalization", name, inputs, 1 + DN_NORM_SLOTS);
    dn_onnx_float(d->to, "epsilon", epsilon);
    return made;
}

const char *dn_add_norm(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    const char *vectors[DN_NORM_SLOTS];
    for (int i = 0; i < DN_NORM_SLOTS; i++)
        vectors[i] = dn_slot_tensor(d, node->norm + i);
    return add_norm(d, node, x, vectors, d->model->arch.bn_epsilon);
}

const char *dn_add_norm_of(const dn_graph_draft *d, const dn_node *node, const char *x,
                           const float *numbers, double epsilon)
{
    const char *vectors[DN_NORM_SLOTS];
    dn_onnx_shape shape = {1, {node->in}};
    for (int i = 0; i < DN_NORM_SLOTS; i++, numbers += node->in)
        vectors[i] =
            dn_onnx_floats(d->to, d->model->names[node->norm + i], d->dtype, &shape, numbers);
    return add_norm(d, node, x, vectors, epsilon);
}

const char *dn_add_conv(const dn_graph_draft *d, int number, const char *x, const char *weight,
                        const char *bias)
{
    const dn_node *node = &d->graph->nodes[number];
    const char *name = dn_module_name(d, &node->key, DN_PART_CONV);
    int64_t kernel = dn_node_kernel(node), pad = kernel / 2;
    int64_t stride = node->kind == DN_NODE_WINDOW ? node->stride : 1;
    const char *made = bias ? dn_onnx_ternary(d->to, "Conv", name, x, weight, bias)
                            : dn_onnx_binary(d->to, "Conv", name, x, weight);
    dn_onnx_ints(d->to, "kernel_shape", (int64_t[]){kernel, kernel}, 2);
    dn_onnx_ints(d->to, "pads", (int64_t[]){pad, pad, pad, pad}, 4);
    dn_onnx_ints(d->to, "strides", (int64_t[]){stride, stride}, 2);
    return made;
}

const char *dn_add_biased_conv(const dn_graph_draft *d, int number, const char *x,
                               const float *weights, const float *biases)
{
    const dn_node *node = &d->graph->nodes[number];
    dn_onnx_shape shape = {4, {node->out, node->in, dn_node_kernel(node), dn_node_kernel(node)}};
    dn_onnx_shape vector = {1, {node->out}};
    const char *bias = dn_onnx_text(d->to, "%s.bias", dn_module_name(d, &node->key, DN_PART_CONV));
    return dn_add_conv(
        d, number, x,
        dn_onnx_floats(d->to, d->model->names[node->weight], d->dtype, &shape, weights),
        dn_onnx_floats(d->to, bias, d->dtype, &vector, biases));
}

const char *dn_add_mean_pool(const dn_graph_draft *d, const char *name, const char *x, int rows,
                             int columns)
{
    const char *made = dn_onnx_unary(d->to, "AveragePool", name, x);
    dn_onnx_ints(d->to, "kernel_shape", (int64_t[]){rows, columns}, 2);
    dn_onnx_ints(d->to, "strides", (int64_t[]){rows, columns}, 2);
    return made;
}

const char *dn_add_transition_pool(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    const char *name = dn_onnx_text(d->to, "features.transition%d.pool", node->key.block + 1);
    return dn_add_mean_pool(d, name, x, 2, 2);
}

/* Of maxima with stride 1. */
static const char *add_blur(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    const double pads[] = {0, 0, 1, 1, 0, 0, 1, 1}, taps[] = {1, 2, 1};
    float *filter = dn_onnx_memory(d->to, (size_t)node->out * 9, sizeof *filter);
    for (int i = 0; filter && i < node->out * 9; i++)
        filter[i] = (float)(taps[i % 9 / 3] * taps[i % 3] / 16);
    if (!filter)
        return "";
    const char *sides =
        dn_onnx_whole(d->to, "features.pool0.pads", DN_I64, &(dn_onnx_shape){1, {8}}, pads);
    const char *weight = dn_onnx_floats(d->to, "features.pool0.filt", d->dtype,
                                        &(dn_onnx_shape){4, {node->out, 1, 3, 3}}, filter);
    x = dn_onnx_binary(d->to, "Pad", "features.pool0.pad", x, sides);
    dn_onnx_word(d->to, "mode", "reflect");
    x = dn_onnx_binary(d->to, "Conv", "features.pool0.blur", x, weight);
    dn_onnx_ints(d->to, "kernel_shape", (int64_t[]){3, 3}, 2);
    dn_onnx_ints(d->to, "strides", (int64_t[]){2, 2}, 2);
    dn_onnx_int(d->to, "group", node->out);
    return x;
}

const char *dn_add_stem_pool(const dn_graph_draft *d, const dn_node *node, const char *x)
{
    int64_t stride = node->blurs ? 1 : 2;
    const char *made = dn_onnx_unary(d->to, "MaxPool", "features.pool0", x);
    dn_onnx_ints(d->to, "kernel_shape", (int64_t[]){3, 3}, 2);
    dn_onnx_ints(d->to, "pads", (int64_t[]){1, 1, 1, 1}, 4);
    dn_onnx_ints(d->to, "strides", (int64_t[]){stride, stride}, 2);
    return node->blurs ? add_blur(d, node, made) : made;
}
