/* SPDX-License-Identifier: MIT */
#include "summary/module_tree.h"

#include "base/memory.h"
#include "network/head.h"
#include "network/layout.h"
#include "network/stems.h"
#include "network/widths.h"

#include <stdlib.h>

#define MAX_DEPTH 6

/* Walks the network, tracking a tensor's shape. Counts the modules and, once
 * there is memory for them, writes them. */
typedef struct builder {
    const dn_arch *arch;
    dn_module_tree *tree;
    int n, channels, height, width; /* of the tensor; n 0: not known */
    bool flat;                      /* n x channels */
    int depth;
    dn_torch_module *open[MAX_DEPTH]; /* the module being built at each depth */
    int built[MAX_DEPTH];             /* modules begun at each depth */
    dn_torch_module scratch;          /* receives every module while counting */
} builder;

static dn_shape current_shape(const builder *b)
{
    if (b->n == 0)
        return (dn_shape){0};
    if (b->flat)
        return (dn_shape){2, {b->n, b->channels}};
    return (dn_shape){4, {b->n, b->channels, b->height, b->width}};
}

static dn_torch_module *begin(builder *b, const char *kind)
{
    dn_module_tree *tree = b->tree;
    dn_torch_module *module = tree->modules ? &tree->modules[tree->count] : &b->scratch;
    tree->count++;
    *module = (dn_torch_module){.kind = kind,
                                .depth = b->depth,
                                .index = ++b->built[b->depth],
                                .leaf = true,
                                .input = current_shape(b)};
    if (b->depth > 0)
        b->open[b->depth - 1]->leaf = false;
    b->open[b->depth++] = module;
    return module;
}

static void end(builder *b)
{
    dn_torch_module *module = b->open[--b->depth];
    module->output = current_shape(b);
    if (module->leaf && module->parameters) {
        module->activations = 1;
        for (int i = 0; i < module->output.rank; i++)
            module->activations *= (uint64_t)module->output.size[i];
    }
    if (b->depth > 0) {
        dn_torch_module *parent = b->open[b->depth - 1];
        parent->parameters += module->parameters;
        parent->multiply_adds += module->multiply_adds;
        parent->activations += module->activations;
    }
}

static void convolution(builder *b, int out, int kernel, int stride)
{
    dn_torch_module *module = begin(b, "Conv2d");
    module->kernel_rank = 2;
    module->kernel = kernel;
    module->parameters =
        (uint64_t)out * (uint64_t)b->channels * (uint64_t)kernel * (uint64_t)kernel;
    b->channels = out;
    b->height = (b->height - 1) / stride + 1;
    b->width = (b->width - 1) / stride + 1;
    module->multiply_adds =
        module->parameters * (uint64_t)b->n * (uint64_t)b->height * (uint64_t)b->width;
    end(b);
}

static void norm(builder *b)
{
    dn_torch_module *module = begin(b, b->flat ? "BatchNorm1d" : "BatchNorm2d");
    module->parameters = 2 * (uint64_t)b->channels;
    module->multiply_adds = module->parameters * (uint64_t)b->n;
    end(b);
}

static void relu(builder *b)
{
    begin(b, "ReLU");
    end(b);
}

static void pool(builder *b, const char *kind, int kernel, int height, int width)
{
    dn_torch_module *module = begin(b, kind);
    module->kernel_rank = kernel > 0;
    module->kernel = kernel;
    b->height = height;
    b->width = width;
    end(b);
}

static void linear(builder *b, int out, bool bias)
{
    dn_torch_module *module = begin(b, "Linear");
    module->parameters = (uint64_t)out * ((uint64_t)b->channels + bias);
    module->multiply_adds = module->parameters * (uint64_t)b->n;
    b->channels = out;
    end(b);
}

static void head_part(builder *b, const dn_head_part *part)
{
    switch (part->kind) {
    case DN_HEAD_LINEAR:
    case DN_HEAD_LINEAR_NO_BIAS:
        linear(b, part->outputs, part->kind == DN_HEAD_LINEAR);
        break;
    case DN_HEAD_NORM:
        norm(b);
        break;
    case DN_HEAD_RELU:
        relu(b);
        break;
    case DN_HEAD_DROPOUT:
        begin(b, "Dropout");
        end(b);
        break;
    }
}

static void global_pool(builder *b)
{
    const dn_head *head = &b->arch->head;
    int channels = b->channels;
    if (head->pool == DN_POOL_MAX_MEAN) {
        int height = b->height, width = b->width;
        begin(b, "AdaptiveConcatPool2d");
        pool(b, "AdaptiveMaxPool2d", 0, 1, 1);
        b->height = height;
        b->width = width;
        pool(b, "AdaptiveAvgPool2d", 0, 1, 1);
        b->channels = dn_head_width(head, channels);
        end(b);
    } else if (head->pool == DN_POOL_MAX || head->pool == DN_POOL_AVGMAX ||
               head->pool == DN_POOL_MEAN_MAX) {
        const char *const classes[] = {[DN_POOL_MAX] = "AdaptiveMaxPool2d",
                                       [DN_POOL_AVGMAX] = "AdaptiveAvgMaxPool2d",
                                       [DN_POOL_MEAN_MAX] = "AdaptiveCatAvgMaxPool2d"};
        b->channels = dn_head_width(head, channels);
        pool(b, classes[head->pool], 0, 1, 1);
    } else {
        pool(b, "AdaptiveAvgPool2d", 0, dn_head_rows(head), dn_head_columns(head));
    }
    b->flat = true;
    b->channels = dn_head_width(head, channels);
}

static void head(builder *b)
{
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    int count = dn_head_parts(b->arch, parts);
    bool single = dn_head_is_single(b->arch);
    global_pool(b);
    if (!single)
        begin(b, "Sequential");
    for (int i = 0; i < count; i++)
        head_part(b, &parts[i]);
    if (!single)
        end(b);
}

static void stem_pool(builder *b)
{
    const dn_stem_row stem = dn_arch_stem(b->arch);
    int height = (b->height - 1) / 2 + 1, width = (b->width - 1) / 2 + 1;
    if (stem.blurs) {
        begin(b, "Sequential");
        pool(b, "MaxPool2d", 3, b->height, b->width);
        pool(b, "BlurPool2d", 0, height, width);
        end(b);
    } else if (stem.pools) {
        pool(b, "MaxPool2d", 3, height, width);
    }
}

static void stem(builder *b)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(b->arch, convs);
    begin(b, "Sequential");
    for (int i = 0; i < count; i++) {
        convolution(b, convs[i].out, convs[i].kernel, convs[i].stride);
        if (convs[i].norm) {
            norm(b);
            relu(b);
        }
    }
    end(b);
    stem_pool(b);
}

static void dense_layer(builder *b)
{
    int kept = b->channels, bottleneck = dn_bottleneck_width(b->arch);
    begin(b, bottleneck ? "Bottleneck" : "DenseLayer");
    begin(b, "Sequential");
    norm(b);
    relu(b);
    if (bottleneck) {
        convolution(b, bottleneck, 1, 1);
        norm(b);
        relu(b);
    }
    convolution(b, b->arch->growth, 3, 1);
    end(b);
    b->channels += kept;
    end(b);
}

static void transition(builder *b)
{
    begin(b, "Transition");
    begin(b, "Sequential");
    norm(b);
    if (!b->arch->linear_transitions)
        relu(b);
    convolution(b, dn_transition_out(b->arch, b->channels), 1, 1);
    pool(b, "AvgPool2d", 2, b->height / 2, b->width / 2);
    end(b);
    end(b);
}

static void dense_blocks(builder *b)
{
    begin(b, "Sequential");
    for (int block = 0; block < b->arch->block_count; block++) {
        begin(b, "Sequential");
        for (int layer = 0; layer < b->arch->blocks[block]; layer++)
            dense_layer(b);
        if (block < b->arch->block_count - 1) {
            transition(b);
        } else {
            norm(b);
            if (!b->arch->linear_final)
                relu(b);
        }
        end(b);
    }
    end(b);
}

static void network(builder *b)
{
    b->channels = b->arch->channels;
    begin(b, "DenseNet");
    stem(b);
    dense_blocks(b);
    head(b);
    end(b);
}

dn_status dn_module_tree_create(const dn_arch *arch, int n, int height, int width,
                                dn_module_tree *tree)
{
    dn_module_tree made = {0};
    builder start = {.arch = arch, .tree = &made, .n = n, .height = height, .width = width};
    builder counting = start, writing = start;
    network(&counting);
    DN_TRY(dn_calloc((size_t)made.count, sizeof *made.modules, &made.modules));
    made.count = 0;
    network(&writing);
    *tree = made;
    return DN_OK;
}

void dn_module_tree_free(dn_module_tree *tree)
{
    free(tree->modules);
    *tree = (dn_module_tree){0};
}
