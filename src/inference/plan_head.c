/* SPDX-License-Identifier: MIT */
/* The global pool and the parts of the head, each a step from vectors to vectors. */
#include "inference/planner.h"

/* The vectors of all images, one after the other. */
typedef struct vectors {
    int buffer, channels;
} vectors;

static vectors open_vectors(dn_planner *p, int channels)
{
    size_t bytes = (size_t)p->plan->images * (size_t)channels * sizeof(float);
    return (vectors){dn_open_buffer(p, bytes), channels};
}

static dn_grid use_vectors(dn_planner *p, const vectors *v)
{
    return dn_vector_grid(dn_use_buffer(p, v->buffer), p->plan->images, v->channels);
}

/* One mean per channel has kernels. */
static vectors plan_pool(dn_planner *p, const dn_framed *maps)
{
    const dn_node *node = &p->graph.nodes[p->graph.pool_node];
    const dn_affine *norm = dn_final_norm(p->request->prepared);
    vectors pooled = open_vectors(p, node->out);
    dn_grid input = dn_use_grid(p, maps, 0);
    float *output = dn_use_buffer(p, pooled.buffer);
    if (node->pool == DN_POOL_MEAN) {
        dn_global_pool op = {
            .input = input, .output = output, .channels = node->in, .affine = *norm};
        dn_add_step(
            p,
            (dn_step){.kind = DN_STEP_GLOBAL_POOL, .op.global_pool = op, .point = DN_POINT_POOL});
        return pooled;
    }
    dn_vector_pool op = {.input = input,
                         .output = output,
                         .stride = node->out,
                         .channels = node->in,
                         .affine = *norm,
                         .maps = p->kernels->maps,
                         .pool = node->pool,
                         .rows = node->rows,
                         .columns = node->columns};
    dn_add_step(
        p, (dn_step){.kind = DN_STEP_VECTOR_POOL, .op.vector_pool = op, .point = DN_POINT_POOL});
    return pooled;
}

static vectors plan_part(dn_planner *p, int number, vectors in)
{
    const dn_node *node = &p->graph.nodes[number];
    const dn_prepared_node *prepared = &p->request->prepared->nodes[number];
    dn_point point = node->target == DN_NONE ? DN_POINT_LOGITS : DN_POINT_NONE;
    vectors out = open_vectors(p, node->out);
    dn_grid input = use_vectors(p, &in), output = use_vectors(p, &out);
    if (node->kind == DN_NODE_LINEAR) {
        dn_pointwise op = {.input = input,
                           .output = output,
                           .pool = 1,
                           .panels = prepared->panels,
                           .epilogue = {.bias = prepared->bias}};
        dn_add_step(p, (dn_step){.kind = DN_STEP_POINTWISE, .op.pointwise = op, .point = point});
        return out;
    }
    dn_vector_map op = {.in = input.data,
                        .out = output.data,
                        .in_stride = node->in,
                        .out_stride = node->out,
                        .count = p->plan->images,
                        .channels = node->in,
                        .affine = prepared->norm};
    dn_add_step(p, (dn_step){.kind = DN_STEP_VECTOR_MAP, .op.vector_map = op, .point = point});
    return out;
}

void dn_plan_head(dn_planner *p, const dn_framed *maps)
{
    p->place = (dn_key){.role = DN_ROLE_HEAD};
    vectors last = plan_pool(p, maps);
    p->kernels = p->request->prepared->head_kernels;
    for (int i = p->graph.pool_node + 1; i < p->graph.node_count; i++)
        last = plan_part(p, i, last);
    size_t count = (size_t)p->plan->images * (size_t)p->arch->classes;
    dn_use_buffer(p, maps->buffer); /* the heat map reads the last block after the run */
    dn_add_step(
        p, (dn_step){.kind = DN_STEP_EXPORT, .op.export = {dn_use_buffer(p, last.buffer), count}});
}
