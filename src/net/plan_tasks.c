/* SPDX-License-Identifier: MIT */
/* How each step is cut. Results do not depend on it: a task computes each of
 * its outputs whole, in one order. */
#include "net/plan.h"

/* Packed rows of a task should stay in half a usual second-level cache. */
#define PACKED_FLOATS 49152

/* Tasks wanted a thread, so that the last ones end together. */
#define TASKS_PER_THREAD 4

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Units of work a task: at most `most`, few enough that every thread has
 * several tasks, in multiples of `multiple`. */
static int share(int units, int threads, int multiple, int most)
{
    int wanted = dn_ceil_divide(units, threads * TASKS_PER_THREAD);
    int rounded = dn_ceil_divide(smaller(wanted, most), multiple) * multiple;
    return rounded > most && most >= multiple ? most / multiple * multiple : rounded;
}

dn_window_form dn_choose_form(const dn_kernels *kernels, int height, int width)
{
    (void)kernels;
    return height * width >= 14 * 14 ? DN_WINDOW_WINOGRAD : DN_WINDOW_DIRECT;
}

void dn_cut_conv(dn_conv *op, const dn_kernels *kernels, int threads)
{
    op->pixels_per_task =
        share(dn_grid_pixels(&op->output), threads, kernels->tile_pixels, DN_MAX_BLOCK_PIXELS);
}

void dn_cut_pointwise(dn_pointwise *op, const dn_kernels *kernels, int threads)
{
    int tile = kernels->tile_pixels, pixels = dn_grid_pixels(&op->output);
    int most = smaller(PACKED_FLOATS / op->panels.depth / tile * tile, DN_MAX_BLOCK_PIXELS);
    op->pixels_per_task = share(pixels, threads, tile, most > tile ? most : tile);
    int runs = dn_ceil_divide(pixels, op->pixels_per_task);
    int panels = dn_panel_count(kernels, op->panels.outputs);
    int groups = smaller(panels, dn_ceil_divide(threads, runs));
    op->panels_per_task = dn_ceil_divide(panels, groups);
}

void dn_cut_winograd(dn_winograd *op, const dn_kernels *kernels, int threads)
{
    op->tiles_per_task = share(dn_winograd_tiles(op), threads, kernels->tile_pixels, 24);
}
