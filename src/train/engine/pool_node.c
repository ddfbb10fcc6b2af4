/* SPDX-License-Identifier: MIT */
/* Final norm, ReLU, global pool: from the last block's maps to the head's first vectors. */
#include "kernels/vectors.h"
#include "train/engine/batch_norm.h"
#include "train/engine/head_vectors.h"
#include "train/engine/nodes.h"

#include <string.h>

#define CHANNELS_PER_TASK 64

typedef struct pool_work {
    const dn_engine *engine;
    const dn_node *node;
    dn_affine affine;
} pool_work;

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    *needs = (dn_needs){.partials = (size_t)engine->options.images * dn_norm_record(node->in)};
}

/* One mean per channel has kernels. */
static bool is_plain(const dn_node *node)
{
    return node->pool == DN_POOL_MEAN;
}

static dn_vector_pool pool_of(const pool_work *work)
{
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_vectors pooled = dn_target_vectors(engine, node);
    return (dn_vector_pool){.input = dn_value_grid(engine, node->source, 0),
                            .output = pooled.data,
                            .stride = pooled.stride,
                            .channels = node->in,
                            .affine = work->affine,
                            .maps = engine->options.maps,
                            .pool = node->pool,
                            .rows = node->rows,
                            .columns = node->columns};
}

/* ---- forward ---- */

static void average_channels(void *context, int task, int thread)
{
    (void)thread;
    const pool_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    int groups = dn_ceil_divide(node->in, CHANNELS_PER_TASK), image = task / groups;
    int first = task % groups * CHANNELS_PER_TASK, rest = node->in - first;
    dn_grid grid = dn_value_grid(engine, node->source, first);
    dn_vectors pooled = dn_target_vectors(engine, node);
    dn_global_pool op = {.input = dn_one_image(engine->options.maps, &grid, image),
                         .output = pooled.data + (size_t)image * (size_t)pooled.stride + first,
                         .channels = rest < CHANNELS_PER_TASK ? rest : CHANNELS_PER_TASK,
                         .affine = dn_affine_at(&work->affine, first),
                         .parts = 1};
    engine->map_kernels->global_pool(&op, 0);
}

static void pool_task(void *context, int task, int thread)
{
    (void)thread;
    dn_vector_pool op = pool_of(context);
    dn_pool_vectors(&op, task);
}

static void forward(dn_engine *engine, const dn_node *node)
{
    pool_work work = {engine, node, dn_prepare_norm(engine, node)};
    dn_vector_pool op = pool_of(&work);
    int groups = dn_ceil_divide(node->in, CHANNELS_PER_TASK);
    if (is_plain(node))
        dn_parallel(engine->options.team, engine->images * groups, average_channels, &work);
    else
        dn_parallel(engine->options.team, dn_vector_pool_tasks(&op), pool_task, &work);
}

/* ---- backward ---- */

/* After a plain mean every pixel of an image has the same gradient; else it is first spread
 * over the maps' own. */
static void pass_image_back(void *context, int image, int thread)
{
    (void)thread;
    const pool_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    const dn_maps *source = &engine->graph.maps[node->source];
    size_t pixels = (size_t)source->height * (size_t)source->width;
    float *record = engine->partials + (size_t)image * dn_norm_record(node->in);
    const dn_const_vectors pooled = dn_target_gradient(engine, node);
    const float *gradient = pooled.data + (ptrdiff_t)image * pooled.stride;
    memset(record, 0, dn_norm_record(node->in) * sizeof *record);
    dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, record);
    op.gradient.data = engine->maps[node->target].gradient + (ptrdiff_t)image * pooled.stride;
    op.value = dn_value_rows(engine, node->source, 0, (size_t)image * pixels);
    op.out = dn_gradient_rows(engine, node->source, 0, (size_t)image * pixels);
    op.count = (int)pixels;
    if (!is_plain(node)) {
        dn_vector_pool pool = pool_of(work);
        dn_spread_vector(&pool, image, gradient, op.out);
        op.gradient = op.out;
    }
    engine->map_kernels->gradients->norm_gradient(&op);
}

static void backward(dn_engine *engine, const dn_node *node)
{
    pool_work work = {engine, node, dn_prepare_norm(engine, node)};
    dn_parallel(engine->options.team, engine->images, pass_image_back, &work);
    dn_join_norm_gradient(engine, node, engine->partials, engine->images);
}

const dn_node_row dn_pool_row = {needs_of, forward, backward};
