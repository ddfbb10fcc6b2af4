/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of activated maps, with a transition's 2x2 mean before it. */
#include "base/arithmetic.h"
#include "train/engine/batch_norm.h"
#include "train/engine/nodes.h"
#include "train/engine/pointwise_gradient.h"
#include "train/engine/repack.h"

/* Rows packed at once should fit in half of a typical second-level cache. */
#define PACKED_FLOATS 49152

/* The most pixels of a task, and the number of tasks aimed for. */
#define MOST_TASK_PIXELS 384
#define TASKS_WANTED 64

typedef struct forward_work {
    dn_engine *engine;
    const dn_node *node;
    dn_laid_out weights;
    dn_affine affine;
    int pixels; /* of the output */
    int task_pixels, rows;
    int tasks;
} forward_work;

static forward_work split_forward(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    forward_work work = {.node = node, .pixels = images * target->height * target->width};
    int tile = engine->map_kernels->tile_pixels;
    work.rows = dn_min(dn_max(PACKED_FLOATS / node->in / tile, 1) * tile, DN_MAX_BLOCK_PIXELS);
    int wanted = dn_min(dn_ceil_divide(work.pixels, TASKS_WANTED), MOST_TASK_PIXELS);
    work.task_pixels = dn_ceil_divide(wanted, work.rows) * work.rows;
    work.tasks = dn_ceil_divide(work.pixels, work.task_pixels);
    return work;
}

/* With fewer pictures there may be more tasks, but no more than TASKS_WANTED. */
static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    forward_work work = split_forward(engine, node, engine->options.images);
    dn_needs backward;
    dn_pointwise_backward_needs(engine, node, &backward);
    *needs = (dn_needs){.panels = dn_panels_needed(engine, node),
                        .partials = (size_t)dn_max(work.tasks, TASKS_WANTED) *
                                    dn_statistics_record(node->out),
                        .thread = dn_engine_halves(engine)
                                      ? dn_packed_scratch(node->in, work.rows)
                                      : (size_t)work.rows * (size_t)dn_packed_stride(node->in)};
    dn_raise_needs(needs, &backward);
}

static void forward_task(void *context, int task, int thread)
{
    const forward_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_pointwise op = {.input = dn_value_grid(engine, node->source, 0),
                       .output = dn_value_grid(engine, node->target, node->target_channel),
                       .affine = work->affine,
                       .pool = node->pools ? 2 : 1,
                       .panels = work->weights.panels};
    int first = task * work->task_pixels, end = dn_min(first + work->task_pixels, work->pixels);
    int panels = dn_panel_count(engine->map_kernels, node->out);
    for (int row = first; row < end; row += work->rows)
        engine->map_kernels->pointwise(&op,
                                       (dn_piece){row, dn_min(row + work->rows, end), 0, panels},
                                       dn_thread_scratch(engine, thread));
    dn_finish_rows(engine, node, first, end - first,
                   engine->partials + (size_t)task * dn_statistics_record(node->out));
}

static void forward(dn_engine *engine, const dn_node *node)
{
    forward_work work = split_forward(engine, node, engine->images);
    work.engine = engine;
    work.weights = dn_lay_out_weights(engine, node);
    work.affine = dn_prepare_norm(engine, node);
    dn_parallel(engine->options.team, work.tasks, forward_task, &work);
    dn_join_statistics(engine, node, work.tasks);
}

const dn_node_row dn_pointwise_row = {needs_of, forward, dn_pointwise_backward};
