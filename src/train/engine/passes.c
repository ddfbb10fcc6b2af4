/* SPDX-License-Identifier: MIT */
/* A step's two passes over the nodes. */
#include "train/engine/absent.h"
#include "train/engine/batch_norm.h"
#include "train/engine/nodes.h"
#include "train/engine/shared_norms.h"

static void run_forward(dn_engine *engine, const dn_node *node)
{
    if (engine->images)
        dn_node_row_of(node)->forward(engine, node);
    else
        dn_absent_forward(engine, node);
}

static void run_backward(dn_engine *engine, const dn_node *node)
{
    if (engine->images)
        dn_node_row_of(node)->backward(engine, node);
    else
        dn_absent_backward(engine, node);
}

dn_status dn_engine_forward(dn_engine *engine, const float *input, int n, uint64_t noise,
                            float *logits)
{
    const dn_graph *graph = &engine->graph;
    int least = engine->options.machines ? 0 : dn_engine_least(engine);
    if (n < least || n > engine->options.images)
        return dn_fail(DN_ERROR_ARGUMENT, "a batch of %d: from %d to %d were planned for", n, least,
                       engine->options.images);
    engine->input = input;
    engine->logits = logits;
    engine->images = n;
    engine->noise = noise;
    engine->shared = DN_OK;
    dn_share_images(engine);
    for (int i = 0; i < graph->map_count; i++)
        engine->maps[i].value = engine->maps[i].made;
    for (int i = 0; i < graph->node_count && engine->shared == DN_OK; i++) {
        run_forward(engine, &graph->nodes[i]);
        if (graph->nodes[i].norm != DN_NONE)
            dn_update_running(engine, &graph->nodes[i]);
    }
    engine->forward_done = engine->shared == DN_OK;
    return engine->shared;
}

/* Where the slots of a node begin. */
static size_t first_float(const dn_engine *engine, int node)
{
    int slot = node ? engine->graph.nodes[node - 1].end_slot : 0;
    return slot < engine->layout.count ? engine->layout.slots[slot].offset : engine->layout.floats;
}

/* The same bits as the first time: its inputs are still there. */
static void compute_again(dn_engine *engine, int maps)
{
    engine->maps[maps].value = engine->maps[maps].kept;
    run_forward(engine, &engine->graph.nodes[engine->graph.maps[maps].first_writer]);
}

dn_status dn_engine_backward(dn_engine *engine, const float *logits_gradient)
{
    if (!engine->forward_done)
        return dn_fail(DN_ERROR_ARGUMENT, "a backward pass without a forward pass before it");
    engine->forward_done = false;
    engine->logits_gradient = logits_gradient;
    for (int i = engine->graph.node_count - 1; i >= 0 && engine->shared == DN_OK; i--) {
        const dn_node *node = &engine->graph.nodes[i];
        if (node->end_slot <= engine->first_trained)
            break;
        if (node->source != DN_NONE && engine->maps[node->source].recomputed)
            compute_again(engine, node->source);
        run_backward(engine, node);
        if (engine->ready)
            engine->ready(first_float(engine, i), engine->ready_context);
    }
    return engine->shared;
}
