/* SPDX-License-Identifier: MIT */
/*
 * How each step is cut, so that all threads end together as far as pixels and
 * panels allow: a small model of what a task costs, counted in multiply-adds of
 * vectors, says which cut ends first. Results do not depend on it: a task
 * computes each of its outputs whole, in one order.
 */
#include "net/plan.h"

#include "base/minmax.h"

/* A task's packed rows should stay in half a usual second-level cache; of
 * Winograd's tiles there should be few enough, too. */
#define PACKED_FLOATS 49152
#define MOST_TILES 24

/* What a register tile costs at least, in rows: fewer do not hide the latency
 * of multiply-adds. */
#define FEWEST_ROWS 4

/* To pack a vector; to fetch a float of weights; to transform a vector of a
 * Winograd tile's input or output; to take up a task. */
#define PACK_COST 6
#define FETCH_COST 0.1
#define TRANSFORM_COST 300
#define TASK_COST 1000

/* Of a task's time: what threads lose that do not start together. */
#define SLACK 0.1

/* Where tasks share a run's panels, more threads read what others wrote. */
#define SHARING_COST 1.05

/* Cuts that are worth a look, beyond the fewest tasks possible, a thread. */
#define MORE_TASKS 8

/* Work in units that tasks take runs of, by panels that they share out. */
typedef struct divisible {
    const void *op;
    const dn_kernels *kernels;
    double (*task_cost)(const struct divisible *work, int run, int panels);
    int units, most; /* of these a task takes `most` */
    int panels;
} divisible;

/* What a task takes. */
typedef struct share {
    int run, panels;
} share;

/* When the last of the tasks ends. */
static double end_of(const divisible *work, share task, int threads)
{
    int tasks = dn_ceil_divide(work->units, task.run) * dn_ceil_divide(work->panels, task.panels);
    double cost = work->task_cost(work, task.run, task.panels) + TASK_COST;
    if (task.panels < work->panels)
        cost *= SHARING_COST;
    return cost * (dn_ceil_divide(tasks, threads) + SLACK);
}

static share best_cut(const divisible *work, int threads)
{
    int fewest = dn_ceil_divide(work->units, work->most);
    int most = dn_smaller(work->units, fewest + MORE_TASKS * threads);
    share best = {dn_ceil_divide(work->units, fewest), work->panels};
    double best_end = end_of(work, best, threads);
    for (int groups = 1; groups <= work->panels; groups++)
        for (int runs = fewest; runs <= most; runs++) {
            share tried = {dn_ceil_divide(work->units, runs), dn_ceil_divide(work->panels, groups)};
            double end = end_of(work, tried, threads);
            if (end < best_end) {
                best = tried;
                best_end = end;
            }
        }
    return best;
}

/* 3x3 weights are laid out after the plan's first walk: until then, 1. */
static int panels_of(const dn_kernels *kernels, const dn_panels *panels)
{
    return dn_larger(1, dn_panel_count(kernels, panels->outputs));
}

/* Of rows by outputs, a unit of depth. */
static double product_cost(const dn_kernels *kernels, int rows, int outputs)
{
    int vectors = dn_ceil_divide(outputs, kernels->lanes);
    int tiles = dn_ceil_divide(rows, kernels->tile_pixels);
    return (double)dn_larger(rows, FEWEST_ROWS * tiles) * vectors +
           FETCH_COST * vectors * kernels->lanes;
}

/* Winograd's algorithm reads four times the weights to multiply a quarter as
 * much, in whole 4x4 tiles: measured, it takes half the time or less from 8x8
 * on, at 7x7 the same once two threads share four tiles. Threads and batch have
 * no say, since the two forms round differently. */
dn_window_form dn_choose_form(int height, int width)
{
    return height >= 8 && width >= 8 ? DN_WINDOW_WINOGRAD : DN_WINDOW_DIRECT;
}

static int outputs_of(const divisible *work, int panels, int outputs)
{
    return dn_smaller(panels * work->kernels->tile_channels, outputs);
}

static double conv_cost(const divisible *work, int run, int panels)
{
    const dn_conv *op = work->op;
    int outputs = outputs_of(work, panels, op->panels.outputs);
    return product_cost(work->kernels, run, outputs) * op->panels.depth;
}

void dn_cut_conv(dn_conv *op, const dn_kernels *kernels, int threads)
{
    divisible work = {op,
                      kernels,
                      conv_cost,
                      dn_grid_pixels(&op->output),
                      DN_MAX_BLOCK_PIXELS,
                      panels_of(kernels, &op->panels)};
    share task = best_cut(&work, threads);
    op->pixels_per_task = task.run;
    op->panels_per_task = task.panels;
}

static double pointwise_cost(const divisible *work, int run, int panels)
{
    const dn_pointwise *op = work->op;
    int outputs = outputs_of(work, panels, op->panels.outputs);
    double cost = product_cost(work->kernels, run, outputs);
    if (op->affine.scale)
        cost += (double)PACK_COST * run * op->pool * op->pool / work->kernels->lanes;
    return cost * op->panels.depth;
}

void dn_cut_pointwise(dn_pointwise *op, const dn_kernels *kernels, int threads)
{
    int most = dn_smaller(PACKED_FLOATS / op->panels.depth, DN_MAX_BLOCK_PIXELS);
    divisible work = {op,
                      kernels,
                      pointwise_cost,
                      dn_grid_pixels(&op->output),
                      dn_larger(most, kernels->tile_pixels),
                      panels_of(kernels, &op->panels)};
    share task = best_cut(&work, threads);
    op->pixels_per_task = task.run;
    op->panels_per_task = task.panels;
}

/* Tasks that share a run's panels all transform its input. */
static double winograd_cost(const divisible *work, int run, int panels)
{
    const dn_winograd *op = work->op;
    int outputs = outputs_of(work, panels, op->panels.outputs), lanes = work->kernels->lanes;
    int vectors = dn_ceil_divide(op->channels, lanes) + dn_ceil_divide(outputs, lanes);
    return 36 * product_cost(work->kernels, run, outputs) * op->channels +
           (double)TRANSFORM_COST * run * vectors;
}

void dn_cut_winograd(dn_winograd *op, const dn_kernels *kernels, int threads)
{
    divisible work = {op,
                      kernels,
                      winograd_cost,
                      dn_winograd_tiles(op),
                      MOST_TILES,
                      panels_of(kernels, &op->panels)};
    share task = best_cut(&work, threads);
    op->tiles_per_task = task.run;
    op->panels_per_task = task.panels;
}
