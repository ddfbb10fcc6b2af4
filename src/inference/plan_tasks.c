/* SPDX-License-Identifier: MIT */
/*
 * How each step is split, so that all threads end together as far as pixels and
 * panels allow. A small model of a task's cost, in multiply-adds of vectors,
 * predicts which split ends first. Results do not depend on the split: a task
 * computes each of its outputs whole, in one order.
 */
#include "inference/plan.h"

#include "base/arithmetic.h"

/* A task's packed rows should fit into half a usual second-level cache; for the same
 * reason it takes few of Winograd's tiles. */
#define PACKED_FLOATS 49152
#define MOST_TILES 24

/* The least that a register tile costs, in rows: fewer do not hide the latency
 * of multiply-adds. */
#define FEWEST_ROWS 4

/* The cost of packing a vector; of fetching a float of weights; of transforming a vector of
 * a Winograd tile's input or output; of starting a task. */
#define PACK_COST 6
#define FETCH_COST 0.1
#define TRANSFORM_COST 300
#define TASK_COST 1000

/* The share of a task's time that is lost because threads do not start together. */
#define SLACK 0.1

/* Factor for tasks that share a run: more threads read what others wrote. */
#define SHARING_COST 1.05

/* Factor for a split that leaves threads idle, which must be worth it. */
#define IDLE_COST 1.15

/* Runs per thread to try beyond the fewest possible. */
#define MORE_TASKS 8

/* The cost of a task of this many units and panels. */
typedef struct task_model {
    const void *op;
    const dn_kernels *kernels;
    double (*cost)(const struct task_model *model, int units, int panels);
} task_model;

/* The time at which the last of the tasks ends. */
static double end_of(const task_model *model, const dn_work_split *split, int threads)
{
    double cost = TASK_COST + model->cost(model, dn_longest_run(split),
                                          dn_ceil_divide(split->panels, split->groups));
    if (split->groups > 1)
        cost *= SHARING_COST;
    if (dn_split_tasks(split) < threads)
        cost *= IDLE_COST;
    return cost * (dn_ceil_divide(dn_split_tasks(split), threads) + SLACK);
}

/* The split that ends first, with at most `most` units per task. Of splits that end at the
 * same time, the one with the most groups, then the most runs, leaves the fewest threads
 * idle. */
static dn_work_split best_split(const task_model *model, dn_work_split whole, int most, int threads)
{
    int fewest = dn_ceil_divide(whole.units, most);
    int finest = dn_min(whole.units, fewest + MORE_TASKS * threads);
    dn_work_split best = {whole.units, fewest, whole.panels, 1};
    double best_end = end_of(model, &best, threads);
    for (int groups = 1; groups <= whole.panels; groups++)
        for (int runs = fewest; runs <= finest; runs++) {
            dn_work_split tried = {whole.units, runs, whole.panels, groups};
            double end = end_of(model, &tried, threads);
            if (end <= best_end) {
                best = tried;
                best_end = end;
            }
        }
    return best;
}

/* The number of panels, at least 1. */
static int panels_of(const dn_kernels *kernels, const dn_panels *panels)
{
    return dn_max(1, dn_panel_count(kernels, panels->outputs));
}

/* The cost of a product of rows by outputs, per unit of depth. */
static double product_cost(const dn_kernels *kernels, int rows, int outputs)
{
    int vectors = dn_ceil_divide(outputs, kernels->lanes);
    int tiles = dn_ceil_divide(rows, kernels->tile_pixels);
    return (double)dn_max(rows, FEWEST_ROWS * tiles) * vectors +
           FETCH_COST * vectors * kernels->lanes;
}

static int outputs_of(const task_model *model, int panels, int outputs)
{
    return dn_min(panels * model->kernels->tile_channels, outputs);
}

static double conv_cost(const task_model *model, int pixels, int panels)
{
    const dn_conv *op = model->op;
    int outputs = outputs_of(model, panels, op->panels.outputs);
    return product_cost(model->kernels, pixels, outputs) * op->panels.depth;
}

/* The most rows that a task may pack. */
static int most_packed(const dn_kernels *kernels, int depth)
{
    return dn_max(dn_min(PACKED_FLOATS / depth, DN_MAX_BLOCK_PIXELS), kernels->tile_pixels);
}

dn_work_split dn_split_conv(const dn_conv *op, const dn_kernels *kernels, int threads)
{
    task_model model = {op, kernels, conv_cost};
    dn_work_split whole = {.units = dn_grid_pixels(&op->output),
                           .panels = panels_of(kernels, &op->panels)};
    int most =
        kernels->maps == DN_F32 ? DN_MAX_BLOCK_PIXELS : most_packed(kernels, op->panels.depth);
    return best_split(&model, whole, most, threads);
}

static double pointwise_cost(const task_model *model, int pixels, int panels)
{
    const dn_pointwise *op = model->op;
    int outputs = outputs_of(model, panels, op->panels.outputs);
    double cost = product_cost(model->kernels, pixels, outputs);
    if (op->affine.scale)
        cost += (double)PACK_COST * pixels * op->pool * op->pool / model->kernels->lanes;
    return cost * op->panels.depth;
}

dn_work_split dn_split_pointwise(const dn_pointwise *op, const dn_kernels *kernels, int threads)
{
    task_model model = {op, kernels, pointwise_cost};
    dn_work_split whole = {.units = dn_grid_pixels(&op->output),
                           .panels = panels_of(kernels, &op->panels)};
    return best_split(&model, whole, most_packed(kernels, op->panels.depth), threads);
}

/* Tasks that share a run's panels all transform its input. */
static double winograd_cost(const task_model *model, int tiles, int panels)
{
    const dn_winograd *op = model->op;
    int outputs = outputs_of(model, panels, op->panels.outputs), lanes = model->kernels->lanes;
    int vectors = dn_ceil_divide(op->channels, lanes) + dn_ceil_divide(outputs, lanes);
    return 36 * product_cost(model->kernels, tiles, outputs) * op->channels +
           (double)TRANSFORM_COST * tiles * vectors;
}

dn_work_split dn_split_winograd(const dn_winograd *op, const dn_kernels *kernels, int threads)
{
    task_model model = {op, kernels, winograd_cost};
    dn_work_split whole = {.units = dn_winograd_tiles(op),
                           .panels = panels_of(kernels, &op->panels)};
    return best_split(&model, whole, MOST_TILES, threads);
}
