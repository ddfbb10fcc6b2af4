/* SPDX-License-Identifier: MIT */
#include "inference/prepared.h"

#include "base/float_mode.h"
#include "inference/packer.h"
#include "inference/prepare_bytes.h"
#include "network/model_values.h"
#include "network/norm_line.h"

#include <stdlib.h>
#include <string.h>

static dn_affine prepare_norm(dn_packer *p, const dn_node *node)
{
    size_t bytes = (size_t)node->in * sizeof(float);
    float *scale = dn_packer_take(p, bytes), *shift = dn_packer_take(p, bytes);
    if (!scale)
        return (dn_affine){0};
    for (int c = 0; c < node->in; c++) {
        dn_line norm = dn_norm_of(p->model, node, c);
        scale[c] = (float)norm.scale;
        shift[c] = (float)norm.shift;
    }
    return (dn_affine){.scale = scale, .shift = shift, .linear = node->linear};
}

/* The head, on which heat maps depend, keeps its floats; and so does the stem, which is small
 * and on which all else depends, unless it multiplies what it reads in another type. */
static dn_dtype weight_type(const dn_prepared *prepared, int number)
{
    const dn_node *node = &prepared->graph.nodes[number];
    if (node->key.role == DN_ROLE_HEAD || prepared->nodes[number].kept)
        return DN_F32;
    if (node->key.role == DN_ROLE_STEM && prepared->precision.maps == DN_F32)
        return DN_F32;
    return prepared->precision.weights;
}

static dn_weights weights_of(const dn_prepared *prepared, int number)
{
    const dn_node *node = &prepared->graph.nodes[number];
    return (dn_weights){.data = prepared->model->tensors[node->weight],
                        .outputs = node->out,
                        .channels = node->in,
                        .kernel = dn_node_kernel(node),
                        .scale = prepared->nodes[number].factors,
                        .channel_scale = prepared->nodes[number].channel_factors,
                        .factor = 1,
                        .type = weight_type(prepared, number)};
}

static const float *copy_bias(dn_packer *p, const dn_node *node)
{
    size_t bytes = (size_t)node->out * sizeof(float);
    float *bias = dn_packer_take(p, bytes);
    if (bias)
        memcpy(bias, p->model->tensors[node->weight + 1], bytes);
    return bias;
}

/* The norm of activated maps is part of the convolution that makes them. */
static void prepare_floats(dn_packer *p, dn_prepared *prepared, int number)
{
    const dn_graph *graph = &prepared->graph;
    const dn_node *node = &graph->nodes[number];
    dn_prepared_node *to = &prepared->nodes[number];
    const dn_maps *target = node->target == DN_NONE ? NULL : &graph->maps[node->target];
    dn_affine folded = {0};
    if (node->norm != DN_NONE && !dn_is_activated(&graph->maps[node->source]))
        to->norm = prepare_norm(p, node);
    if (target && dn_is_activated(target))
        folded = prepare_norm(p, &graph->nodes[target->last_reader]);
    to->factors = folded.scale;
    to->bias = node->bias ? copy_bias(p, node) : folded.shift;
}

/* Prepares all but the windows of layers, whose form depends on the size of the maps. */
static void prepare_node(dn_packer *p, dn_prepared *prepared, int number)
{
    const dn_node *node = &prepared->graph.nodes[number];
    if (prepared->values && number <= prepared->graph.pool_node)
        dn_prepare_bytes(p, prepared, number);
    else
        prepare_floats(p, prepared, number);
    if (node->weight == DN_NONE || dn_is_layer_window(node))
        return;
    dn_weights weights = weights_of(prepared, number);
    p->kernels = dn_kernels_of(prepared, number);
    prepared->nodes[number].panels = dn_packer_add(p, DN_WINDOW_DIRECT, &weights);
}

static void prepare_nodes(dn_packer *p, dn_prepared *prepared)
{
    if (prepared->values)
        dn_prepare_values(p, prepared);
    for (int i = 0; i < prepared->graph.node_count; i++)
        prepare_node(p, prepared, i);
}

static dn_status fill_prepared(dn_prepared *prepared, const dn_allocator *allocator, dn_team team)
{
    const dn_model *model = prepared->model;
    DN_TRY(dn_graph_create(&model->arch, &prepared->graph));
    DN_TRY(
        dn_calloc((size_t)prepared->graph.node_count, sizeof *prepared->nodes, &prepared->nodes));
    if (prepared->precision.maps == DN_U8)
        DN_TRY(dn_calloc((size_t)prepared->graph.map_count, sizeof *prepared->values,
                         &prepared->values));
    dn_packer p = {.model = model, .team = team};
    prepare_nodes(&p, prepared);
    DN_TRY(dn_region_create(allocator, p.used, 1, &prepared->storage));
    p.base = prepared->storage.data;
    p.used = 0;
    prepare_nodes(&p, prepared);
    dn_packer_finish(&p);
    return dn_model_check_file(model);
}

/* Sums of products of bytes are 32-bit numbers. */
static dn_status check_sums(const dn_graph *graph)
{
    const double largest = 255.0 * 127;
    for (int i = 0; i < graph->pool_node; i++) {
        const dn_node *node = &graph->nodes[i];
        double depth = (double)node->in * dn_node_kernel(node) * dn_node_kernel(node);
        if (dn_is_quantised(node) && depth * largest > INT32_MAX)
            return dn_fail(DN_ERROR_LIMIT,
                           "precision \"int8\": sums of %.0f products do not fit into 32 bits",
                           depth);
    }
    return DN_OK;
}

static dn_status choose_kernels(const dn_model *model, dn_precision precision,
                                const dn_kernels *floats, const dn_kernels **kernels)
{
    bool bytes = precision.maps == DN_U8;
    if (bytes && !model->quantisation)
        return dn_fail(DN_ERROR_ARGUMENT, "precision \"int8\": the network is not quantised, which "
                                          "densenet quantize does");
    if (bytes) {
        DN_TRY(check_sums(&model->quantisation->graph));
        DN_TRY(dn_model_check_values(model, "precision \"int8\"")); /* bytes cannot tell NaN */
    }
    *kernels = bytes ? floats->bytes : precision.maps == DN_BF16 ? floats->halves : floats;
    if (!*kernels)
        return dn_fail(DN_ERROR_ARGUMENT, "precision \"%s\": the %s kernels do not compute it",
                       bytes ? "int8" : "bf16", floats->name);
    return DN_OK;
}

dn_status dn_prepared_create(const dn_model *model, dn_precision precision,
                             const dn_allocator *allocator, dn_team team, dn_prepared **out)
{
    const dn_kernels *floats = dn_kernels_best(), *kernels = NULL;
    DN_TRY(choose_kernels(model, precision, floats, &kernels));
    dn_prepared *prepared;
    DN_TRY(dn_calloc(1, sizeof *prepared, &prepared));
    prepared->model = model;
    prepared->kernels = kernels;
    prepared->head_kernels = precision.maps == DN_U8 ? kernels : floats;
    prepared->kept_kernels = floats->kept;
    prepared->precision = precision;
    pthread_mutex_init(&prepared->lock, NULL);
    atomic_init(&prepared->users, 1);
    dn_float_mode before = dn_float_mode_enter();
    dn_status status = fill_prepared(prepared, allocator, team);
    dn_float_mode_leave(before);
    if (status != DN_OK) {
        dn_prepared_release(prepared);
        return status;
    }
    *out = prepared;
    return DN_OK;
}

dn_prepared *dn_prepared_share(dn_prepared *prepared)
{
    atomic_fetch_add_explicit(&prepared->users, 1, memory_order_relaxed);
    return prepared;
}

void dn_prepared_release(dn_prepared *prepared)
{
    if (!prepared || atomic_fetch_sub_explicit(&prepared->users, 1, memory_order_acq_rel) > 1)
        return;
    for (int block = 0; block < DN_MAX_BLOCKS; block++)
        for (int form = 0; form < DN_WINDOW_FORMS; form++)
            dn_region_free(&prepared->windows[block][form]);
    dn_graph_free(&prepared->graph);
    pthread_mutex_destroy(&prepared->lock);
    dn_region_free(&prepared->storage);
    free(prepared->nodes);
    free(prepared->values);
    free(prepared);
}

/* ---- the windows of a block's layers ---- */

static void prepare_windows(dn_packer *p, dn_prepared *prepared, int block, dn_window_form form)
{
    const dn_graph_block *nodes = &prepared->graph.blocks[block];
    for (int i = nodes->first_node; i < nodes->end_node; i++) {
        const dn_node *node = &prepared->graph.nodes[i];
        if (!dn_is_layer_window(node))
            continue;
        dn_weights weights = weights_of(prepared, i);
        p->kernels = dn_kernels_of(prepared, i);
        prepared->nodes[i].windows[form] = dn_packer_add(p, form, &weights);
    }
}

static dn_status add_form(dn_prepared *prepared, int block, dn_window_form form, dn_team team)
{
    if (prepared->windows[block][form].data)
        return DN_OK;
    dn_region windows;
    dn_packer p = {.model = prepared->model, .team = team};
    prepare_windows(&p, prepared, block, form);
    const dn_allocator *allocator = &prepared->storage.allocator;
    DN_TRY(dn_region_create(allocator->allocate ? allocator : NULL, p.used, 1, &windows));
    p.base = windows.data;
    p.used = 0;
    prepare_windows(&p, prepared, block, form);
    dn_packer_finish(&p);
    dn_status status = dn_model_check_file(prepared->model);
    if (status == DN_OK)
        prepared->windows[block][form] = windows;
    else
        dn_region_free(&windows);
    return status;
}

dn_status dn_prepared_add_form(dn_prepared *prepared, int block, dn_window_form form, dn_team team)
{
    pthread_mutex_lock(&prepared->lock);
    dn_float_mode before = dn_float_mode_enter();
    dn_status status = add_form(prepared, block, form, team);
    dn_float_mode_leave(before);
    pthread_mutex_unlock(&prepared->lock);
    return status;
}

size_t dn_prepared_bytes(dn_prepared *prepared)
{
    size_t bytes = prepared->storage.bytes;
    pthread_mutex_lock(&prepared->lock);
    for (int block = 0; block < DN_MAX_BLOCKS; block++)
        for (int form = 0; form < DN_WINDOW_FORMS; form++)
            bytes += prepared->windows[block][form].bytes;
    pthread_mutex_unlock(&prepared->lock);
    return bytes;
}
