/* SPDX-License-Identifier: MIT */
#include "inference/head_gradient.h"

#include "base/memory.h"
#include "kernels/vectors.h"

#include <string.h>

/* What the nodes of the head read, and the gradients of that: vectors one after the other. */
typedef struct head_pass {
    const dn_prepared *prepared;
    float *inputs[DN_MAX_HEAD_PARTS + 1], *gradients[DN_MAX_HEAD_PARTS + 1];
    int count; /* nodes after the pool */
} head_pass;

static const dn_node *node_of(const head_pass *pass, int part)
{
    return &pass->prepared->graph.nodes[pass->prepared->graph.pool_node + 1 + part];
}

static const dn_prepared_node *prepared_of(const head_pass *pass, int part)
{
    return &pass->prepared->nodes[pass->prepared->graph.pool_node + 1 + part];
}

static void pool_maps(const head_pass *pass, const dn_grid *maps)
{
    const dn_node *node = node_of(pass, -1);
    dn_vector_pool op = {.input = *maps,
                         .output = pass->inputs[0],
                         .stride = node->out,
                         .channels = node->in,
                         .affine = *dn_final_norm(pass->prepared),
                         .maps = pass->prepared->kernels->maps,
                         .pool = node->pool,
                         .rows = node->rows,
                         .columns = node->columns};
    for (int task = 0; task < dn_vector_pool_tasks(&op); task++)
        dn_pool_vectors(&op, task);
}

/* Of a linear, as it was laid out: the model's file may be gone by now. */
static float weight_of(const head_pass *pass, int part, int output, int channel)
{
    const dn_panels *panels = &prepared_of(pass, part)->panels;
    const float *weights = panels->data;
    return weights[dn_panel_index(pass->prepared->head_kernels, panels->depth, panels->outputs,
                                  channel, output)];
}

static void multiply(const head_pass *pass, int part)
{
    const dn_node *node = node_of(pass, part);
    const float *in = pass->inputs[part];
    for (int k = 0; k < node->out; k++) {
        double sum = node->bias ? (double)prepared_of(pass, part)->bias[k] : 0;
        for (int c = 0; c < node->in; c++)
            sum += (double)weight_of(pass, part, k, c) * (double)in[c];
        pass->inputs[part + 1][k] = (float)sum;
    }
}

static void run_part(const head_pass *pass, int part)
{
    const dn_node *node = node_of(pass, part);
    const dn_affine *norm = &prepared_of(pass, part)->norm;
    if (node->kind == DN_NODE_LINEAR)
        multiply(pass, part);
    else
        dn_map_vector(&(dn_vector_map){.in = pass->inputs[part],
                                       .out = pass->inputs[part + 1],
                                       .count = 1,
                                       .channels = node->in,
                                       .affine = *norm},
                      0);
}

static void multiply_back(const head_pass *pass, int part)
{
    const dn_node *node = node_of(pass, part);
    const float *from = pass->gradients[part + 1];
    float *to = pass->gradients[part];
    memset(to, 0, (size_t)node->in * sizeof *to);
    for (int k = 0; k < node->out; k++) {
        for (int c = 0; c < node->in && from[k] != 0; c++)
            to[c] += from[k] * weight_of(pass, part, k, c);
    }
}

static void run_back(const head_pass *pass, int part)
{
    const dn_node *node = node_of(pass, part);
    const dn_affine *norm = &prepared_of(pass, part)->norm;
    const float *in = pass->inputs[part], *from = pass->gradients[part + 1];
    float *to = pass->gradients[part];
    if (node->kind == DN_NODE_LINEAR)
        multiply_back(pass, part);
    else
        for (int c = 0; c < node->in; c++)
            to[c] = !node->rectifies ? from[c] * norm->scale[c] : in[c] > 0 ? from[c] : 0;
}

/* What node i reads, and what the last makes, i = count, in floats. */
static size_t length_of(const head_pass *pass, int i)
{
    return (size_t)node_of(pass, i - 1)->out;
}

static dn_status allocate(head_pass *pass, float **memory)
{
    size_t floats = 0;
    for (int i = 0; i <= pass->count; i++)
        floats += 2 * length_of(pass, i);
    DN_TRY(dn_alloc_aligned(floats, sizeof **memory, memory));
    float *next = *memory;
    for (int i = 0; i <= pass->count; i++) {
        pass->inputs[i] = next;
        pass->gradients[i] = next + length_of(pass, i);
        next += 2 * length_of(pass, i);
    }
    return DN_OK;
}

dn_status dn_head_gradient(const dn_prepared *prepared, const dn_grid *maps, int output,
                           float **memory, const float **gradient)
{
    const dn_graph *graph = &prepared->graph;
    head_pass pass = {.prepared = prepared, .count = graph->node_count - graph->pool_node - 1};
    DN_TRY(allocate(&pass, memory));
    if (pass.count > 1) { /* of a linear alone, the gradient is the same wherever it is taken */
        pool_maps(&pass, maps);
        for (int i = 0; i < pass.count; i++)
            run_part(&pass, i);
    }
    memset(pass.gradients[pass.count], 0, length_of(&pass, pass.count) * sizeof(float));
    pass.gradients[pass.count][output] = 1;
    for (int i = pass.count - 1; i >= 0; i--)
        run_back(&pass, i);
    *gradient = pass.gradients[0];
    return DN_OK;
}
