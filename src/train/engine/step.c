/* SPDX-License-Identifier: MIT */
#include "train/engine/batch_norm.h"

#include <stdlib.h>
#include <string.h>

dn_rows dn_map_rows(const dn_engine *engine, int maps, float *data, int channel, size_t first)
{
    int channels = engine->graph.maps[maps].channels;
    return (dn_rows){data + first * (size_t)channels + channel, channels};
}

dn_grid dn_map_grid(const dn_engine *engine, int maps, float *data, int channel)
{
    const dn_maps *shape = &engine->graph.maps[maps];
    ptrdiff_t row = (ptrdiff_t)shape->width * shape->channels;
    return (dn_grid){.data = data + channel,
                     .images = engine->images,
                     .height = shape->height,
                     .width = shape->width,
                     .pixel_stride = shape->channels,
                     .row_stride = row,
                     .image_stride = row * shape->height};
}

/* ---- creation ---- */

static void find_first_trained(dn_engine *engine)
{
    int slot = 0;
    while (slot < engine->layout.count &&
           (engine->frozen[slot] || !dn_is_trained(&engine->layout.slots[slot])))
        slot++;
    engine->first_trained = slot;
}

static dn_status fill_engine(dn_engine *engine, bool allocate)
{
    dn_engine_options *options = &engine->options;
    DN_TRY(dn_choose_threads(options->threads, &options->threads));
    if (!(options->dropout >= 0 && options->dropout < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "dropout %g: must be in 0 to below 1", options->dropout);
    DN_TRY(dn_layout_create(&engine->arch, &engine->layout));
    DN_TRY(dn_calloc((size_t)engine->layout.count, sizeof *engine->frozen, &engine->frozen));
    if (options->frozen)
        memcpy(engine->frozen, options->frozen, (size_t)engine->layout.count * sizeof(bool));
    options->frozen = engine->frozen;
    find_first_trained(engine);
    int smallest = dn_arch_smallest_input(&engine->arch);
    if (options->height < smallest || options->width < smallest)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "pictures of %dx%d: this network needs at least %d pixels either way",
                       options->width, options->height, smallest);
    DN_TRY(dn_graph_create(&engine->arch, &engine->graph));
    dn_graph_measure(&engine->graph, options->height, options->width);
    DN_TRY(dn_calloc((size_t)engine->graph.map_count, sizeof *engine->maps, &engine->maps));
    const dn_node *head = &engine->graph.nodes[engine->graph.node_count - 1];
    engine->pooled_stride = dn_padded(head->in);
    return dn_engine_lay_out(engine, allocate);
}

static dn_status make_engine(const dn_arch *arch, const dn_engine_options *options, bool allocate,
                             dn_engine **out)
{
    dn_engine *engine;
    DN_TRY(dn_arch_check(arch));
    DN_TRY(dn_calloc(1, sizeof *engine, &engine));
    engine->arch = *arch;
    engine->options = *options;
    engine->kernels = dn_kernels_best();
    dn_status status = fill_engine(engine, allocate);
    if (status != DN_OK) {
        dn_engine_free(engine);
        return status;
    }
    *out = engine;
    return DN_OK;
}

dn_status dn_engine_plan(const dn_arch *arch, const dn_engine_options *options,
                         dn_engine_bytes *bytes)
{
    dn_engine *engine;
    DN_TRY(make_engine(arch, options, false, &engine));
    *bytes = engine->bytes;
    dn_engine_free(engine);
    return DN_OK;
}

dn_status dn_engine_create(const dn_model *model, const dn_engine_options *options, dn_engine **out)
{
    dn_engine *engine;
    DN_TRY(make_engine(&model->arch, options, true, &engine));
    for (int i = 0; i < engine->layout.count; i++)
        memcpy(dn_parameter_of(engine, i), model->tensors[i],
               engine->layout.slots[i].count * sizeof(float));
    dn_engine_clear(engine);
    *out = engine;
    return DN_OK;
}

void dn_engine_free(dn_engine *engine)
{
    if (!engine)
        return;
    dn_graph_free(&engine->graph);
    dn_layout_free(&engine->layout);
    free(engine->frozen);
    free(engine->maps);
    free(engine->arena);
    free(engine);
}

/* ---- what it holds ---- */

const dn_layout *dn_engine_layout(const dn_engine *engine)
{
    return &engine->layout;
}

float *dn_engine_parameters(dn_engine *engine)
{
    return engine->parameters;
}

float *dn_engine_gradients(dn_engine *engine)
{
    return engine->gradients;
}

dn_engine_bytes dn_engine_memory(const dn_engine *engine)
{
    return engine->bytes;
}

int dn_engine_least(const dn_engine *engine)
{
    const dn_graph *graph = &engine->graph;
    const dn_maps *last = &graph->maps[graph->nodes[graph->node_count - 1].source];
    return last->height * last->width < 2 ? 2 : 1;
}

void dn_engine_clear(dn_engine *engine)
{
    memset(engine->gradients, 0, engine->layout.floats * sizeof(float));
}

/* ---- a pass ---- */

static void run_forward(dn_engine *engine, const dn_node *node, float *logits)
{
    switch (node->kind) {
    case DN_NODE_WINDOW:
        dn_window_forward(engine, node);
        break;
    case DN_NODE_POINTWISE:
        dn_pointwise_forward(engine, node);
        break;
    case DN_NODE_ACTIVATION:
        dn_activation_forward(engine, node);
        break;
    case DN_NODE_HEAD:
        dn_head_forward(engine, node, logits);
        break;
    }
}

static void run_backward(dn_engine *engine, const dn_node *node, const float *logits_gradient)
{
    switch (node->kind) {
    case DN_NODE_WINDOW:
        dn_window_backward(engine, node);
        break;
    case DN_NODE_POINTWISE:
        dn_pointwise_backward(engine, node);
        break;
    case DN_NODE_ACTIVATION:
        dn_activation_backward(engine, node);
        break;
    case DN_NODE_HEAD:
        dn_head_backward(engine, node, logits_gradient);
        break;
    }
}

dn_status dn_engine_forward(dn_engine *engine, const float *input, int n, uint64_t noise,
                            float *logits)
{
    const dn_graph *graph = &engine->graph;
    int least = dn_engine_least(engine);
    if (n < least || n > engine->options.images)
        return dn_fail(DN_ERROR_ARGUMENT, "a batch of %d: from %d to %d were planned for", n, least,
                       engine->options.images);
    engine->input = input;
    engine->images = n;
    engine->noise = noise;
    for (int i = 0; i < graph->map_count; i++)
        engine->maps[i].value = engine->maps[i].made;
    for (int i = 0; i < graph->node_count; i++) {
        run_forward(engine, &graph->nodes[i], logits);
        if (graph->nodes[i].norm != DN_NONE)
            dn_update_running(engine, &graph->nodes[i]);
    }
    engine->forward_done = true;
    return DN_OK;
}

/* The same bits as the first time: its inputs are still there. */
static void compute_again(dn_engine *engine, int maps)
{
    engine->maps[maps].value = engine->maps[maps].kept;
    run_forward(engine, &engine->graph.nodes[engine->graph.maps[maps].first_writer], NULL);
}

static int last_slot(const dn_node *node)
{
    if (node->kind == DN_NODE_HEAD)
        return node->weight + 1;
    return node->kind == DN_NODE_ACTIVATION ? node->norm + 1 : node->weight;
}

dn_status dn_engine_backward(dn_engine *engine, const float *logits_gradient)
{
    if (!engine->forward_done)
        return dn_fail(DN_ERROR_ARGUMENT, "a backward pass without a forward pass before it");
    engine->forward_done = false;
    for (int i = engine->graph.node_count - 1; i >= 0; i--) {
        const dn_node *node = &engine->graph.nodes[i];
        if (last_slot(node) < engine->first_trained)
            break;
        if (node->source != DN_NONE && engine->maps[node->source].recomputed)
            compute_again(engine, node->source);
        run_backward(engine, node, logits_gradient);
    }
    return DN_OK;
}
