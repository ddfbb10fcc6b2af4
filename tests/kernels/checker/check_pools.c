/* SPDX-License-Identifier: MIT */
/* Elementwise kernels: activation, the stem's maximum, the final mean. */
#include "checker.h"

#include <stdlib.h>

/* Maps for a kernel: what it reads, what it makes, what the reference makes, and
 * what lay there before; a scale and a shift for each channel. */
typedef struct pool_case {
    pixel_map input, output, expected, before;
    float *scale, *shift;
} pool_case;

static pool_case new_case(check_run *run, const map_shape *from, const map_shape *to)
{
    pool_case made = {.input = new_input(run, from), .output = new_output(run, to)};
    made.expected = copy_map(&made.output);
    made.before = copy_map(&made.output);
    made.scale = random_floats(run, (size_t)from->channels, -2, 2);
    made.shift = random_floats(run, (size_t)from->channels, -1, 1);
    return made;
}

static void free_case(pool_case *made)
{
    free_map(&made->input);
    free_map(&made->output);
    free_map(&made->expected);
    free_map(&made->before);
    free(made->scale);
    free(made->shift);
}

static map_shape random_shape(check_run *run)
{
    map_shape shape = {.images = pick(run, 1, 3),
                       .height = pick(run, 1, 15),
                       .width = pick(run, 1, 15),
                       .channels = pick(run, 1, 70)};
    describe(run, "%d x %dx%dx%d", shape.images, shape.height, shape.width, shape.channels);
    return shape;
}

static double bytes_of(const dn_grid *grid, int channels)
{
    return 4.0 * dn_grid_pixels(grid) * channels;
}

/* ---- activate ---- */

static void run_activate(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->activate(op, task);
}

static void activate_into(check_run *run, const dn_kernels *kernels, dn_activate op,
                          const pixel_map *input, pixel_map *output)
{
    table_maps maps = open_maps(kernels, input, output);
    op.input = maps.input;
    op.output = maps.output;
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_activate,
                                     .op = &op,
                                     .tasks = op.input.images * op.input.height});
    close_maps(&maps);
}

static void test_activate(check_run *run)
{
    map_shape shape = random_shape(run);
    pool_case made = new_case(run, &shape, &shape);
    if (pick(run, 0, 3) == 0)
        poison(run, &made.input);
    dn_activate op = {.channels = shape.channels,
                      .affine = {.scale = made.scale, .shift = made.shift, .linear = toss(run)}};
    activate_into(run, run->kernels, op, &made.input, &made.output);
    activate_into(run, &dn_kernels_reference, op, &made.input, &made.expected);
    compare_maps(run, &made.output, &made.expected, &made.before, tolerance_of(run, 0));
    free_case(&made);
}

static void bench_activate(check_run *run)
{
    map_shape shape = {.images = 1, .height = 32, .width = 32, .channels = 448};
    pool_case made = new_case(run, &shape, &shape);
    dn_activate op = {.input = made.input.grid,
                      .output = made.output.grid,
                      .channels = shape.channels,
                      .affine = {.scale = made.scale, .shift = made.shift}};
    describe(run, "32x32x448");
    time_work(run,
              &(kernel_work){.kernels = run->kernels, .body = run_activate, .op = &op, .tasks = 32},
              0, 2 * bytes_of(&op.input, shape.channels));
    free_case(&made);
}

const kernel_check activate_check = {"activate", test_activate, bench_activate};

/* ---- max_pool ---- */

static void run_max_pool(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->max_pool(op, task);
}

static void max_pool_into(check_run *run, const dn_kernels *kernels, dn_max_pool op,
                          const pixel_map *input, pixel_map *output)
{
    table_maps maps = open_maps(kernels, input, output);
    op.input = maps.input;
    op.output = maps.output;
    op.parts = pick(run, 1, op.output.width);
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_max_pool,
                                     .op = &op,
                                     .tasks = dn_max_pool_tasks(&op)});
    close_maps(&maps);
}

static map_shape pooled_shape(map_shape shape)
{
    shape.height = (shape.height + 1) / 2;
    shape.width = (shape.width + 1) / 2;
    return shape;
}

static void test_max_pool(check_run *run)
{
    map_shape wide = random_shape(run), narrow = pooled_shape(wide);
    pool_case made = new_case(run, &wide, &narrow);
    if (toss(run))
        poison(run, &made.input);
    dn_max_pool op = {.channels = wide.channels};
    max_pool_into(run, run->kernels, op, &made.input, &made.output);
    max_pool_into(run, &dn_kernels_reference, op, &made.input, &made.expected);
    compare_maps(run, &made.output, &made.expected, &made.before, 0);
    free_case(&made);
}

static void bench_max_pool(check_run *run)
{
    map_shape wide = {.images = 1, .height = 112, .width = 112, .channels = 64};
    map_shape narrow = pooled_shape(wide);
    pool_case made = new_case(run, &wide, &narrow);
    dn_max_pool op = {.input = made.input.grid,
                      .output = made.output.grid,
                      .channels = wide.channels,
                      .parts = 1};
    describe(run, "112x112x64");
    time_work(run,
              &(kernel_work){.kernels = run->kernels, .body = run_max_pool, .op = &op, .tasks = 56},
              0, bytes_of(&op.input, wide.channels) + bytes_of(&op.output, wide.channels));
    free_case(&made);
}

const kernel_check max_pool_check = {"max_pool", test_max_pool, bench_max_pool};

/* ---- global_pool ---- */

static void run_global_pool(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->global_pool(op, task);
}

static void global_pool_into(check_run *run, const dn_kernels *kernels, dn_global_pool op,
                             const pixel_map *input, pixel_map *output, int parts)
{
    table_maps maps = open_maps(kernels, input, NULL);
    op.input = maps.input;
    op.output = output->grid.data;
    op.parts = parts;
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_global_pool,
                                     .op = &op,
                                     .tasks = dn_global_pool_tasks(&op)});
    close_maps(&maps);
}

/* The means of all images side by side. */
static map_shape means_shape(const map_shape *shape)
{
    return (map_shape){.images = 1,
                       .height = 1,
                       .width = 1,
                       .channels = shape->images * shape->channels,
                       .dense = true};
}

static void test_global_pool(check_run *run)
{
    map_shape wide = random_shape(run), means = means_shape(&wide);
    pool_case made = new_case(run, &wide, &means);
    pixel_map split = copy_map(&made.output);
    if (pick(run, 0, 3) == 0)
        poison(run, &made.input);
    dn_global_pool op = {.channels = wide.channels,
                         .affine = {.scale = made.scale, .shift = made.shift, .linear = toss(run)}};
    global_pool_into(run, run->kernels, op, &made.input, &made.output, 1);
    global_pool_into(run, run->kernels, op, &made.input, &split,
                     pick(run, 1, dn_ceil_divide(wide.channels, DN_POOL_RUN)));
    global_pool_into(run, &dn_kernels_reference, op, &made.input, &made.expected, 1);
    compare_maps(run, &made.output, &made.expected, &made.before, 2e-6);
    compare_splits(run, &made.output, &split);
    free_map(&split);
    free_case(&made);
}

static void bench_global_pool(check_run *run)
{
    map_shape wide = {.images = 1, .height = 7, .width = 7, .channels = 1024};
    map_shape means = means_shape(&wide);
    pool_case made = new_case(run, &wide, &means);
    dn_global_pool op = {.input = made.input.grid,
                         .output = made.output.grid.data,
                         .channels = wide.channels,
                         .affine = {.scale = made.scale, .shift = made.shift},
                         .parts = 8};
    describe(run, "7x7x1024");
    time_work(run,
              &(kernel_work){.kernels = run->kernels,
                             .body = run_global_pool,
                             .op = &op,
                             .tasks = dn_global_pool_tasks(&op)},
              0, bytes_of(&op.input, wide.channels));
    free_case(&made);
}

const kernel_check global_pool_check = {"global_pool", test_global_pool, bench_global_pool};
