/* SPDX-License-Identifier: MIT */
/* A step's two passes over the nodes. */
#include "train/engine/batch_norm.h"
#include "train/engine/nodes.h"

static void run_forward(dn_engine *engine, const dn_node *node)
{
    dn_node_row_of(node)->forward(engine, node);
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
    engine->logits = logits;
    engine->images = n;
    engine->noise = noise;
    for (int i = 0; i < graph->map_count; i++)
        engine->maps[i].value = engine->maps[i].made;
    for (int i = 0; i < graph->node_count; i++) {
        run_forward(engine, &graph->nodes[i]);
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
    run_forward(engine, &engine->graph.nodes[engine->graph.maps[maps].first_writer]);
}

dn_status dn_engine_backward(dn_engine *engine, const float *logits_gradient)
{
    if (!engine->forward_done)
        return dn_fail(DN_ERROR_ARGUMENT, "a backward pass without a forward pass before it");
    engine->forward_done = false;
    engine->logits_gradient = logits_gradient;
    for (int i = engine->graph.node_count - 1; i >= 0; i--) {
        const dn_node *node = &engine->graph.nodes[i];
        if (node->end_slot <= engine->first_trained)
            break;
        if (node->source != DN_NONE && engine->maps[node->source].recomputed)
            compute_again(engine, node->source);
        dn_node_row_of(node)->backward(engine, node);
    }
    return DN_OK;
}
