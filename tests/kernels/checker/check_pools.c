/* SPDX-License-Identifier: MIT */
/* Elementwise kernels: activation, the stem's maximum, the final mean. */
#include "checker.h"

#include <stdlib.h>

typedef struct pool_shape {
    int images, height, width, channels;
} pool_shape;

static map_shape grid_of(const pool_shape *shape)
{
    return (map_shape){.images = shape->images,
                       .height = shape->height,
                       .width = shape->width,
                       .channels = shape->channels};
}

static pool_shape random_shape(check_run *run)
{
    pool_shape shape = {.images = pick(run, 1, 3),
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
                          pixel_map *output)
{
    op.output = output->grid;
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_activate,
                                     .op = &op,
                                     .tasks = op.input.images * op.input.height});
}

static void test_activate(check_run *run)
{
    pool_shape shape = random_shape(run);
    map_shape grid = grid_of(&shape);
    pixel_map input = new_input(run, &grid), output = new_output(run, &grid);
    pixel_map before = copy_map(&output), expected = copy_map(&output);
    float *scale = random_floats(run, (size_t)shape.channels, -2, 2);
    float *shift = random_floats(run, (size_t)shape.channels, -1, 1);
    if (pick(run, 0, 3) == 0)
        poison(run, &input);
    dn_activate op = {.input = input.grid, .channels = shape.channels, .affine = {scale, shift}};
    activate_into(run, run->kernels, op, &output);
    activate_into(run, &dn_kernels_reference, op, &expected);
    compare_maps(run, &output, &expected, &before, 1e-6);
    free(scale);
    free(shift);
    free_map(&input);
    free_map(&output);
    free_map(&before);
    free_map(&expected);
}

static void bench_activate(check_run *run)
{
    pool_shape shape = {1, 32, 32, 448};
    map_shape grid = grid_of(&shape);
    pixel_map input = new_input(run, &grid), output = new_output(run, &grid);
    float *scale = random_floats(run, (size_t)shape.channels, -2, 2);
    float *shift = random_floats(run, (size_t)shape.channels, -1, 1);
    dn_activate op = {.input = input.grid,
                      .output = output.grid,
                      .channels = shape.channels,
                      .affine = {scale, shift}};
    describe(run, "32x32x448");
    time_work(run,
              &(kernel_work){.kernels = run->kernels, .body = run_activate, .op = &op, .tasks = 32},
              0, 2 * bytes_of(&op.input, shape.channels));
    free(scale);
    free(shift);
    free_map(&input);
    free_map(&output);
}

const kernel_check activate_check = {"activate", test_activate, bench_activate};

/* ---- max_pool ---- */

static void run_max_pool(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->max_pool(op, task);
}

static void max_pool_into(check_run *run, const dn_kernels *kernels, dn_max_pool op,
                          pixel_map *output)
{
    op.output = output->grid;
    op.parts = pick(run, 1, op.output.width);
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_max_pool,
                                     .op = &op,
                                     .tasks = dn_max_pool_tasks(&op)});
}

static map_shape pooled_shape(const pool_shape *shape)
{
    map_shape grid = grid_of(shape);
    grid.height = (shape->height + 1) / 2;
    grid.width = (shape->width + 1) / 2;
    return grid;
}

static void test_max_pool(check_run *run)
{
    pool_shape shape = random_shape(run);
    map_shape wide = grid_of(&shape), narrow = pooled_shape(&shape);
    pixel_map input = new_input(run, &wide), output = new_output(run, &narrow);
    pixel_map before = copy_map(&output), expected = copy_map(&output);
    if (toss(run))
        poison(run, &input);
    dn_max_pool op = {.input = input.grid, .channels = shape.channels};
    max_pool_into(run, run->kernels, op, &output);
    max_pool_into(run, &dn_kernels_reference, op, &expected);
    compare_maps(run, &output, &expected, &before, 0);
    free_map(&input);
    free_map(&output);
    free_map(&before);
    free_map(&expected);
}

static void bench_max_pool(check_run *run)
{
    pool_shape shape = {1, 112, 112, 64};
    map_shape wide = grid_of(&shape), narrow = pooled_shape(&shape);
    pixel_map input = new_input(run, &wide), output = new_output(run, &narrow);
    dn_max_pool op = {
        .input = input.grid, .output = output.grid, .channels = shape.channels, .parts = 1};
    describe(run, "112x112x64");
    time_work(run,
              &(kernel_work){.kernels = run->kernels, .body = run_max_pool, .op = &op, .tasks = 56},
              0, bytes_of(&op.input, shape.channels) + bytes_of(&op.output, shape.channels));
    free_map(&input);
    free_map(&output);
}

const kernel_check max_pool_check = {"max_pool", test_max_pool, bench_max_pool};

/* ---- global_pool ---- */

static void run_global_pool(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->global_pool(op, task);
}

static void global_pool_into(check_run *run, const dn_kernels *kernels, dn_global_pool op,
                             pixel_map *output, int parts)
{
    op.output = output->grid.data;
    op.parts = parts;
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_global_pool,
                                     .op = &op,
                                     .tasks = dn_global_pool_tasks(&op)});
}

static void test_global_pool(check_run *run)
{
    pool_shape shape = random_shape(run);
    map_shape wide = grid_of(&shape);
    map_shape row = {.images = 1,
                     .height = 1,
                     .width = 1,
                     .channels = shape.images * shape.channels,
                     .dense = true};
    pixel_map input = new_input(run, &wide), output = new_output(run, &row);
    pixel_map before = copy_map(&output), expected = copy_map(&output), split = copy_map(&output);
    float *scale = random_floats(run, (size_t)shape.channels, -2, 2);
    float *shift = random_floats(run, (size_t)shape.channels, -1, 1);
    if (pick(run, 0, 3) == 0)
        poison(run, &input);
    dn_global_pool op = {.input = input.grid, .channels = shape.channels, .affine = {scale, shift}};
    global_pool_into(run, run->kernels, op, &output, 1);
    global_pool_into(run, run->kernels, op, &split,
                     pick(run, 1, dn_ceil_divide(shape.channels, DN_POOL_RUN)));
    global_pool_into(run, &dn_kernels_reference, op, &expected, 1);
    compare_maps(run, &output, &expected, &before, 2e-6);
    compare_splits(run, &output, &split);
    free(scale);
    free(shift);
    free_map(&input);
    free_map(&output);
    free_map(&before);
    free_map(&expected);
    free_map(&split);
}

static void bench_global_pool(check_run *run)
{
    pool_shape shape = {1, 7, 7, 1024};
    map_shape wide = grid_of(&shape);
    pixel_map input = new_input(run, &wide);
    float *scale = random_floats(run, (size_t)shape.channels, -2, 2);
    float *shift = random_floats(run, (size_t)shape.channels, -1, 1);
    float *output = zeroed((size_t)shape.channels, sizeof *output);
    dn_global_pool op = {.input = input.grid,
                         .output = output,
                         .channels = shape.channels,
                         .affine = {scale, shift},
                         .parts = 8};
    describe(run, "7x7x1024");
    time_work(run,
              &(kernel_work){.kernels = run->kernels,
                             .body = run_global_pool,
                             .op = &op,
                             .tasks = dn_global_pool_tasks(&op)},
              0, bytes_of(&op.input, shape.channels));
    free(output);
    free(scale);
    free(shift);
    free_map(&input);
}

const kernel_check global_pool_check = {"global_pool", test_global_pool, bench_global_pool};
