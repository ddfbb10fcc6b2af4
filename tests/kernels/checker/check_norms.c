/* SPDX-License-Identifier: MIT */
/* A batch's statistics, dropout, and the gradients around batch norm. */
#include "checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A map as rows of channels. */
static map_shape row_shape(int count, int channels)
{
    return (map_shape){.images = 1, .height = 1, .width = count, .channels = channels};
}

static void free_maps(pixel_map *maps, int count)
{
    for (int i = 0; i < count; i++)
        free_map(&maps[i]);
}

/* ---- statistics ---- */

static void run_statistics(const dn_kernels *kernels, const pixel_map *input, pixel_map *mean,
                           pixel_map *deviation)
{
    table_maps maps = open_maps(kernels, input, NULL);
    kernels->gradients->statistics(&(dn_statistics){.input = map_rows(&maps.input),
                                                    .count = input->grid.width,
                                                    .channels = input->channels,
                                                    .mean = mean->grid.data,
                                                    .deviation = deviation->grid.data});
    close_maps(&maps);
}

static void test_statistics(check_run *run)
{
    int count = pick(run, 1, 200), channels = pick(run, 1, 140);
    describe(run, "%d rows of %d", count, channels);
    map_shape shape = row_shape(count, channels), one = row_shape(1, channels);
    pixel_map input = new_input(run, &shape), mean[3], deviation[3];
    float shift = value_between(run, 0.5f, 3); /* a mean that is not 0 */
    for (int row = 0; row < count; row++)
        for (int c = 0; c < channels; c++) {
            float *value = map_pixel(&input, 0, 0, row) + c;
            *value = fit_number(run, *value + shift);
        }
    mean[0] = new_output(run, &one);
    deviation[0] = new_output(run, &one);
    for (int i = 1; i < 3; i++) {
        mean[i] = copy_map(&mean[0]);
        deviation[i] = copy_map(&deviation[0]);
    }
    run_statistics(run->kernels, &input, &mean[0], &deviation[0]);
    run_statistics(&dn_kernels_reference, &input, &mean[1], &deviation[1]);
    compare_maps(run, &mean[0], &mean[1], &mean[2], 1e-6);
    compare_maps(run, &deviation[0], &deviation[1], &deviation[2], 2e-6);
    free_map(&input);
    free_maps(mean, 3);
    free_maps(deviation, 3);
}

static void run_statistics_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->statistics(op);
}

static void bench_statistics(check_run *run)
{
    map_shape shape = row_shape(384, 128);
    pixel_map input = new_input(run, &shape);
    float *mean = random_floats(run, 128, 0, 1), *deviation = random_floats(run, 128, 0, 1);
    dn_statistics op = {map_rows(&input.grid), 384, 128, mean, deviation};
    describe(run, "384 rows of 128");
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_statistics_task, .op = &op, .tasks = 1},
        0, 4.0 * 384 * 128);
    free_map(&input);
    free(mean);
    free(deviation);
}

const kernel_check statistics_check = {"statistics", test_statistics, bench_statistics};

/* ---- dropout ---- */

static void drop(const dn_kernels *kernels, dn_dropout op, pixel_map *map)
{
    table_maps maps = open_maps(kernels, map, map);
    op.rows = map_rows(&maps.output);
    kernels->gradients->dropout(&op);
    close_maps(&maps);
}

static void test_dropout(check_run *run)
{
    int count = pick(run, 1, 60), channels = pick(run, 1, 70);
    double keep = (double)value_between(run, 0.05f, 1);
    describe(run, "%d rows of %d, %.2f kept", count, channels, keep);
    map_shape shape = row_shape(count, channels);
    pixel_map maps[3] = {new_output(run, &shape)};
    maps[1] = copy_map(&maps[0]);
    maps[2] = copy_map(&maps[0]);
    dn_dropout op = {.count = count,
                     .channels = channels,
                     .key = (uint64_t)dn_random_bits(&run->random) << 32 |
                            dn_random_bits(&run->random),
                     .first = dn_random_bits(&run->random),
                     .threshold = (int32_t)(keep * 0x1p24),
                     .scale = (float)(1 / keep)};
    drop(run->kernels, op, &maps[0]);
    drop(&dn_kernels_reference, op, &maps[1]);
    compare_maps(run, &maps[0], &maps[1], &maps[2],
                 run->kernels->maps == DN_F32 ? 0 : tolerance_of(run, 0));
    free_maps(maps, 3);
}

static void run_dropout_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->dropout(op);
}

static void bench_dropout(check_run *run)
{
    map_shape shape = row_shape(96, 128);
    pixel_map map = new_output(run, &shape);
    dn_dropout op = {.rows = map_rows(&map.grid),
                     .count = 96,
                     .channels = 128,
                     .threshold = 1 << 24, /* all kept: the values stay what they are */
                     .scale = 1};
    describe(run, "96 rows of 128");
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_dropout_task, .op = &op, .tasks = 1}, 0,
        8.0 * 96 * 128);
    free_map(&map);
}

const kernel_check dropout_check = {"dropout", test_dropout, bench_dropout};

/* ---- combine ---- */

static void test_combine(check_run *run)
{
    int count = pick(run, 1, 60), channels = pick(run, 1, 140);
    describe(run, "%d rows of %d", count, channels);
    map_shape shape = row_shape(count, channels);
    pixel_map gradient = new_input(run, &shape), value = new_input(run, &shape);
    pixel_map out[3] = {new_output(run, &shape)};
    out[1] = copy_map(&out[0]);
    out[2] = copy_map(&out[0]);
    float *by = random_floats(run, 4 * (size_t)channels, -1, 1);
    table_maps maps = open_maps(run->kernels, &value, NULL);
    dn_combine op = {.gradient = float_rows(&gradient),
                     .value = map_rows(&maps.input),
                     .out = float_rows(&out[0]),
                     .count = count,
                     .channels = channels,
                     .centre = by,
                     .factor = by + channels,
                     .slope = by + 2 * channels,
                     .constant = by + 3 * channels};
    if (toss(run))
        poison(run, &gradient);
    run->kernels->gradients->combine(&op);
    close_maps(&maps);
    op.value = map_rows(&value.grid);
    op.out = float_rows(&out[1]);
    dn_kernels_reference.gradients->combine(&op);
    compare_maps(run, &out[0], &out[1], &out[2], 1e-6);
    free(by);
    free_map(&gradient);
    free_map(&value);
    free_maps(out, 3);
}

static void run_combine_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->combine(op);
}

static void bench_combine(check_run *run)
{
    map_shape shape = row_shape(96, 128);
    pixel_map gradient = new_input(run, &shape), value = new_input(run, &shape);
    pixel_map out = new_output(run, &shape);
    float *by = random_floats(run, 128, -1, 1);
    dn_combine op = {.gradient = float_rows(&gradient),
                     .value = map_rows(&value.grid),
                     .out = float_rows(&out),
                     .count = 96,
                     .channels = 128,
                     .centre = by,
                     .factor = by,
                     .slope = by,
                     .constant = by};
    describe(run, "96 rows of 128");
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_combine_task, .op = &op, .tasks = 1}, 0,
        12.0 * 96 * 128);
    free(by);
    free_map(&gradient);
    free_map(&value);
    free_map(&out);
}

const kernel_check combine_check = {"combine", test_combine, bench_combine};
