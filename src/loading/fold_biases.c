/* SPDX-License-Identifier: MIT */
#include "loading/fold_biases.h"

#include "base/memory.h"
#include "network/graph.h"

#include <stdlib.h>

enum { MEAN = DN_PART_NORM_MEAN - DN_PART_NORM_WEIGHT };

/* The slot's values, to be changed. */
static dn_status own_values(dn_model *model, int slot, float **values)
{
    if (!model->replaced || !model->replaced[slot])
        DN_TRY(dn_model_set_tensor(model, slot, model->tensors[slot],
                                   model->layout.slots[slot].count));
    *values = model->replaced[slot];
    return DN_OK;
}

/* From the mean of every norm that reads what the node makes. */
static dn_status subtract(dn_model *model, const dn_graph *graph, const dn_node *node,
                          const float *bias)
{
    for (int i = 0; i < graph->node_count; i++) {
        const dn_node *reader = &graph->nodes[i];
        float *mean;
        if (reader->source != node->target || reader->in <= node->target_channel)
            continue;
        DN_TRY(own_values(model, reader->norm + MEAN, &mean));
        for (int c = 0; c < node->out; c++)
            mean[node->target_channel + c] -= bias[c];
    }
    return DN_OK;
}

static dn_status fold(dn_model *model, const dn_graph *graph, const dn_tensor *const *biases,
                      bool *folded)
{
    *folded = false;
    for (int i = 0; i < graph->node_count; i++) {
        const dn_node *node = &graph->nodes[i];
        const dn_tensor *bias = node->weight == DN_NONE ? NULL : biases[node->weight];
        float *values;
        if (!bias)
            continue;
        DN_TRY(dn_alloc_aligned(bias->count, sizeof *values, &values));
        dn_tensor_read(bias, values);
        dn_status status = subtract(model, graph, node, values);
        free(values);
        DN_TRY(status);
        *folded = true;
    }
    return DN_OK;
}

dn_status dn_fold_biases(dn_model *model, const dn_tensor *const *biases, bool *folded)
{
    dn_graph graph;
    DN_TRY(dn_graph_create(&model->arch, &graph));
    dn_status status = fold(model, &graph, biases, folded);
    dn_graph_free(&graph);
    return status;
}
