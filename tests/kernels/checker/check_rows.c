/* SPDX-License-Identifier: MIT */
/* Rows of maps into floats, activated, and rows of floats into maps. */
#include "checker.h"

#include <stdlib.h>

static map_shape random_rows(check_run *run)
{
    map_shape shape = {
        .images = 1, .height = 1, .width = pick(run, 1, 60), .channels = pick(run, 1, 140)};
    describe(run, "%d rows of %d", shape.width, shape.channels);
    return shape;
}

/* ---- activate_rows ---- */

static void test_activate_rows(check_run *run)
{
    map_shape shape = random_rows(run);
    pixel_map input = new_input(run, &shape), out = new_output(run, &shape);
    pixel_map expected = copy_map(&out), before = copy_map(&out);
    size_t channels = (size_t)shape.channels;
    float *scale = random_floats(run, channels, -2, 2),
          *shift = random_floats(run, channels, -1, 1);
    if (toss(run))
        poison(run, &input);
    table_maps maps = open_maps(run->kernels, &input, NULL);
    dn_activate_rows op = {.value = map_rows(&maps.input),
                           .out = float_rows(&out),
                           .count = shape.width,
                           .channels = shape.channels,
                           .affine = {.scale = scale, .shift = shift, .linear = toss(run)}};
    run->kernels->gradients->activate_rows(&op);
    close_maps(&maps);
    op.value = map_rows(&input.grid);
    op.out = float_rows(&expected);
    dn_kernels_reference.gradients->activate_rows(&op);
    compare_maps(run, &out, &expected, &before, sum_tolerance(0));
    free_map(&input);
    free_map(&out);
    free_map(&expected);
    free_map(&before);
    free(scale);
    free(shift);
}

static void run_activate_rows_task(const dn_kernels *kernels, const void *op, int task,
                                   float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->activate_rows(op);
}

static void bench_activate_rows(check_run *run)
{
    map_shape shape = {.images = 1, .height = 1, .width = 96, .channels = 128};
    pixel_map input = new_input(run, &shape), out = new_output(run, &shape);
    float *vector = random_floats(run, 128, -1, 1);
    dn_activate_rows op = {.value = map_rows(&input.grid),
                           .out = float_rows(&out),
                           .count = 96,
                           .channels = 128,
                           .affine = {.scale = vector, .shift = vector}};
    describe(run, "96 rows of 128");
    time_work(run,
              &(kernel_work){
                  .kernels = run->kernels, .body = run_activate_rows_task, .op = &op, .tasks = 1},
              0, 8.0 * 96 * 128);
    free_map(&input);
    free_map(&out);
    free(vector);
}

const kernel_check activate_rows_check = {"activate_rows", test_activate_rows, bench_activate_rows};

/* ---- store_rows ---- */

/* Rounded to nearest, to the bit. */
static void test_store_rows(check_run *run)
{
    map_shape shape = random_rows(run);
    pixel_map input = new_input(run, &shape), out = new_output(run, &shape);
    pixel_map expected = copy_map(&out), before = copy_map(&out);
    for (int row = 0; row < shape.width; row++)
        for (int c = 0; c < shape.channels; c++) {
            float value = value_between(run, -1, 1);
            map_pixel(&input, 0, 0, row)[c] = value;
            map_pixel(&expected, 0, 0, row)[c] = fit_number(run, value);
        }
    table_maps maps = open_maps(run->kernels, &input, &out);
    run->kernels->gradients->store_rows(&(dn_store_rows){.input = float_rows(&input),
                                                         .out = map_rows(&maps.output),
                                                         .count = shape.width,
                                                         .channels = shape.channels});
    close_maps(&maps);
    compare_maps(run, &out, &expected, &before, 0);
    free_map(&input);
    free_map(&out);
    free_map(&expected);
    free_map(&before);
}

/* Tables of bfloat16, which alone have the kernel, are not timed. */
static void bench_store_rows(check_run *run)
{
    (void)run;
}

const kernel_check store_rows_check = {"store_rows", test_store_rows, bench_store_rows};
