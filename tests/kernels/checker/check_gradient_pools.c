/* SPDX-License-Identifier: MIT */
/* Pools of activated maps, and the gradient of the stem's maximum. */
#include "checker.h"

#include <stdlib.h>

typedef struct pool_case {
    pixel_map input;
    float *scale, *shift;
    int images, height, width, channels;
} pool_case;

static pool_case new_case(check_run *run, int least)
{
    pool_case pool = {.images = pick(run, 1, 3),
                      .height = pick(run, least, 14),
                      .width = pick(run, least, 14),
                      .channels = pick(run, 1, 70)};
    map_shape shape = {.images = pool.images,
                       .height = pool.height,
                       .width = pool.width,
                       .channels = pool.channels};
    describe(run, "%d x %dx%dx%d", pool.images, pool.height, pool.width, pool.channels);
    pool.input = new_input(run, &shape);
    pool.scale = random_floats(run, (size_t)pool.channels, -2, 2);
    pool.shift = random_floats(run, (size_t)pool.channels, -1, 1);
    return pool;
}

static void free_case(pool_case *pool)
{
    free_map(&pool->input);
    free(pool->scale);
    free(pool->shift);
}

static pixel_map new_pooled(check_run *run, const pool_case *pool)
{
    map_shape shape = {.images = pool->images,
                       .height = (pool->height + 1) / 2,
                       .width = (pool->width + 1) / 2,
                       .channels = pool->channels};
    return new_input(run, &shape);
}

/* ---- pool_rows ---- */

static void test_pool_rows(check_run *run)
{
    pool_case pool = new_case(run, 2);
    int pixels = pool.images * (pool.height / 2) * (pool.width / 2);
    int first = pick(run, 0, pixels - 1), count = pick(run, 1, pixels - first);
    map_shape rows = {.images = 1, .height = 1, .width = count, .channels = pool.channels};
    pixel_map out = new_output(run, &rows), before = copy_map(&out), expected = copy_map(&out);
    table_maps maps = open_maps(run->kernels, &pool.input, NULL);
    dn_pool_rows op = {.input = maps.input,
                       .affine = {.scale = pool.scale, .shift = pool.shift, .linear = toss(run)},
                       .out = float_rows(&out),
                       .channels = pool.channels,
                       .first = first,
                       .count = count};
    run->kernels->gradients->pool_rows(&op);
    close_maps(&maps);
    op.input = pool.input.grid;
    op.out.data = expected.grid.data;
    dn_kernels_reference.gradients->pool_rows(&op);
    compare_maps(run, &out, &expected, &before, 1e-6);
    free_map(&out);
    free_map(&before);
    free_map(&expected);
    free_case(&pool);
}

static void run_pool_rows_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->pool_rows(op);
}

static void bench_pool_rows(check_run *run)
{
    map_shape shape = {.images = 1, .height = 8, .width = 56, .channels = 128};
    pixel_map input = new_input(run, &shape);
    float *vector = random_floats(run, 128, -1, 1);
    float *out = random_floats(run, (size_t)(4 * 28 * 128), 0, 1);
    dn_pool_rows op = {input.grid, {.scale = vector, .shift = vector}, {out, 128}, 128, 0, 4 * 28};
    describe(run, "8x56x128");
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_pool_rows_task, .op = &op, .tasks = 1},
        0, 4.0 * 8 * 56 * 128);
    free_map(&input);
    free(vector);
    free(out);
}

const kernel_check pool_rows_check = {"pool_rows", test_pool_rows, bench_pool_rows};

/* ---- activated_pool and its gradient ---- */

static void run_pool(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->gradients->activated_pool(op, task);
}

static void test_activated_pool(check_run *run)
{
    pool_case pool = new_case(run, 1);
    pixel_map out = new_pooled(run, &pool), before = copy_map(&out), expected = copy_map(&out);
    if (toss(run))
        poison(run, &pool.input);
    table_maps maps = open_maps(run->kernels, &pool.input, &out);
    dn_activated_pool op = {
        maps.input, maps.output, pool.channels, {.scale = pool.scale, .shift = pool.shift}};
    int tasks = op.output.images * op.output.height;
    run_shuffled(run, &(kernel_work){run->kernels, run_pool, &op, tasks, 0});
    close_maps(&maps);
    op.input = pool.input.grid;
    op.output = expected.grid;
    run_shuffled(run, &(kernel_work){&dn_kernels_reference, run_pool, &op, tasks, 0});
    compare_maps(run, &out, &expected, &before, tolerance_of(run, 0));
    free_map(&out);
    free_map(&before);
    free_map(&expected);
    free_case(&pool);
}

static void bench_activated_pool(check_run *run)
{
    map_shape wide = {.images = 1, .height = 112, .width = 112, .channels = 64};
    map_shape narrow = {.images = 1, .height = 56, .width = 56, .channels = 64};
    pixel_map input = new_input(run, &wide), output = new_output(run, &narrow);
    float *vector = random_floats(run, 64, -1, 1);
    dn_activated_pool op = {input.grid, output.grid, 64, {.scale = vector, .shift = vector}};
    describe(run, "112x112x64");
    time_work(run, &(kernel_work){run->kernels, run_pool, &op, 56, 0}, 0, 4.0 * 112 * 112 * 64);
    free_map(&input);
    free_map(&output);
    free(vector);
}

const kernel_check activated_pool_check = {"activated_pool", test_activated_pool,
                                           bench_activated_pool};

static void run_gradient(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)scratch;
    kernels->gradients->activated_pool_gradient(op, task);
}

static void test_pool_gradient(check_run *run)
{
    pool_case pool = new_case(run, 1);
    for (int c = 0; c < pool.channels; c++) { /* equal maxima are common, and all exact */
        pool.scale[c] = (float)pick(run, -1, 1);
        pool.shift[c] = 0.25f * (float)pick(run, -1, 1);
    }
    for (int image = 0; image < pool.images; image++)
        for (int y = 0; y < pool.height; y++)
            for (int x = 0; x < pool.width; x++)
                for (int c = 0; c < pool.channels; c++)
                    map_pixel(&pool.input, image, y, x)[c] = 0.25f * (float)pick(run, -2, 2);
    pixel_map gradient = new_pooled(run, &pool);
    map_shape shape = {.images = pool.images,
                       .height = pool.height,
                       .width = pool.width,
                       .channels = pool.channels};
    pixel_map out = new_output(run, &shape), before = copy_map(&out), expected = copy_map(&out);
    table_maps maps = open_maps(run->kernels, &pool.input, NULL);
    dn_activated_pool_gradient op = {maps.input,
                                     gradient.grid,
                                     out.grid,
                                     pool.channels,
                                     {.scale = pool.scale, .shift = pool.shift}};
    run_shuffled(run, &(kernel_work){run->kernels, run_gradient, &op, pool.images, 0});
    close_maps(&maps);
    op.input = pool.input.grid;
    op.target = expected.grid;
    run_shuffled(run, &(kernel_work){&dn_kernels_reference, run_gradient, &op, pool.images, 0});
    compare_maps(run, &out, &expected, &before, 1e-6);
    free_map(&gradient);
    free_map(&out);
    free_map(&before);
    free_map(&expected);
    free_case(&pool);
}

static void bench_pool_gradient(check_run *run)
{
    map_shape wide = {.images = 1, .height = 112, .width = 112, .channels = 64};
    map_shape narrow = {.images = 1, .height = 56, .width = 56, .channels = 64};
    pixel_map input = new_input(run, &wide), target = new_output(run, &wide);
    pixel_map gradient = new_input(run, &narrow);
    float *vector = random_floats(run, 64, -1, 1);
    dn_activated_pool_gradient op = {
        input.grid, gradient.grid, target.grid, 64, {.scale = vector, .shift = vector}};
    describe(run, "112x112x64");
    time_work(run, &(kernel_work){run->kernels, run_gradient, &op, 1, 0}, 0, 8.0 * 112 * 112 * 64);
    free_map(&input);
    free_map(&target);
    free_map(&gradient);
    free(vector);
}

const kernel_check pool_gradient_check = {"pool_gradient", test_pool_gradient, bench_pool_gradient};
