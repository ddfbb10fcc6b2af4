/* SPDX-License-Identifier: MIT */
#include "network/quantisation.h"

#include "base/json.h"
#include "base/memory.h"
#include "network/model.h"

#include <stdlib.h>

static dn_status fill(const dn_arch *arch, dn_quantisation *q)
{
    size_t numbers = 0;
    DN_TRY(dn_graph_create(arch, &q->graph));
    for (int i = 0; i < q->graph.node_count; i++)
        if (dn_is_quantised(&q->graph.nodes[i]))
            numbers += 4 * (size_t)q->graph.nodes[i].out + (size_t)q->graph.nodes[i].in;
    DN_TRY(dn_calloc((size_t)q->graph.node_count, sizeof *q->nodes, &q->nodes));
    DN_TRY(dn_calloc(numbers, sizeof *q->storage, &q->storage));
    float *next = q->storage;
    for (int i = 0; i < q->graph.node_count; i++) {
        const dn_node *node = &q->graph.nodes[i];
        if (!dn_is_quantised(node))
            continue;
        q->nodes[i].weight_scale = next;
        q->nodes[i].bias = next + node->out;
        q->nodes[i].scale = next + 2 * node->out;
        q->nodes[i].offset = next + 3 * node->out;
        q->nodes[i].input_scale = next + 4 * node->out;
        next += 4 * node->out + node->in;
    }
    return DN_OK;
}

dn_status dn_quantisation_create(const dn_arch *arch, dn_quantisation **out)
{
    dn_quantisation *q;
    DN_TRY(dn_calloc(1, sizeof *q, &q));
    dn_status status = fill(arch, q);
    if (status != DN_OK) {
        dn_quantisation_free(q);
        return status;
    }
    *out = q;
    return DN_OK;
}

void dn_quantisation_free(dn_quantisation *q)
{
    if (!q)
        return;
    dn_graph_free(&q->graph);
    free(q->nodes);
    free(q->storage);
    free(q);
}

const char *dn_model_quantisation(const dn_model *model)
{
    if (!model)
        return NULL;
    return model->precisions ? model->precisions : model->quantisation ? "{}" : NULL;
}

dn_status dn_model_set_quantisation(dn_model *model, const char *json)
{
    DN_NEED(model);
    DN_NEED(json);
    DN_TRY(dn_json_check_object(json, "quantisation"));
    char *copy;
    DN_TRY(dn_copy_string(json, &copy));
    free(model->precisions);
    model->precisions = copy;
    return DN_OK;
}
