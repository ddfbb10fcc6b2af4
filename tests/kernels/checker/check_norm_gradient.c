/* SPDX-License-Identifier: MIT */
/* Back through ReLU and norm, alone and after a 1x1 convolution's product. */
#include "checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct norm_case {
    dn_norm_gradient op;
    pixel_map gradient, value, out;
    float *vectors;
    double *sums; /* sums, products */
} norm_case;

static map_shape row_shape(int count, int channels)
{
    return (map_shape){.images = 1, .height = 1, .width = count, .channels = channels};
}

/* Not every level rounds value * scale + shift once: a value that is zero up to
 * rounding may be active in one and not in another. */
static void keep_off_zero(const check_run *run, norm_case *norm)
{
    const dn_affine *affine = &norm->op.affine;
    for (int row = 0; row < norm->op.count; row++)
        for (int c = 0; c < norm->op.channels; c++) {
            float *x = map_pixel(&norm->value, 0, 0, row) + c;
            if (fabsf(*x * affine->scale[c] + affine->shift[c]) < 1e-4f)
                *x = fit_number(run, *x + 0.02f);
        }
}

static norm_case new_case(check_run *run, int count, int depth, int channels)
{
    map_shape from = row_shape(count, depth), to = row_shape(count, channels);
    norm_case norm = {.gradient = new_input(run, &from),
                      .value = new_input(run, &to),
                      .out = new_output(run, &to),
                      .vectors = random_floats(run, 5 * (size_t)channels, 0.2f, 1.5f),
                      .sums = zeroed(2 * (size_t)channels, sizeof *norm.sums)};
    for (int c = 0; c < channels; c++)
        norm.vectors[channels + c] -= 0.85f; /* shifts of either sign */
    norm.op = (dn_norm_gradient){
        .gradient = float_rows(&norm.gradient),
        .value = map_rows(&norm.value.grid),
        .out = float_rows(&norm.out),
        .count = count,
        .channels = channels,
        .affine = {.scale = norm.vectors, .shift = norm.vectors + channels, .linear = toss(run)},
        .inverse = norm.vectors + 2 * channels,
        .offset = norm.vectors + 3 * channels,
        .weight = norm.vectors + 4 * channels,
        .sums = norm.sums,
        .products = norm.sums + channels,
        .accumulate = toss(run)};
    keep_off_zero(run, &norm);
    return norm;
}

static void free_case(norm_case *norm)
{
    free_map(&norm->gradient);
    free_map(&norm->value);
    free_map(&norm->out);
    free(norm->vectors);
    free(norm->sums);
}

/* Where the operation writes: the case's own output, or another. */
typedef struct norm_result {
    pixel_map out;
    double *sums;
} norm_result;

static norm_result new_result(check_run *run, const norm_case *norm)
{
    (void)run;
    return (norm_result){copy_map(&norm->out),
                         zeroed(2 * (size_t)norm->op.channels, sizeof(double))};
}

static void compare_results(check_run *run, const norm_case *norm, const norm_result *expected,
                            const pixel_map *before, double tolerance)
{
    int channels = norm->op.channels;
    compare_maps(run, &norm->out, &expected->out, before, tolerance);
    double square = 0;
    for (int i = 0; i < 2 * channels; i++)
        square += expected->sums[i] * expected->sums[i];
    double unit = sqrt(square / (2 * channels)) + 1e-6;
    for (int i = 0; i < 2 * channels; i++)
        if (!(fabs(norm->sums[i] - expected->sums[i]) <= tolerance * unit * 10))
            fail(run, "%s, channel %d: %.9g, expected %.9g", i < channels ? "sum" : "product",
                 i % channels, norm->sums[i], expected->sums[i]);
}

/* ---- norm_gradient ---- */

static void test_norm_gradient(check_run *run)
{
    int count = pick(run, 1, 120), channels = pick(run, 1, 140);
    describe(run, "%d rows of %d", count, channels);
    norm_case norm = new_case(run, count, channels, channels);
    if (toss(run))
        norm.op.gradient.stride = 0;
    pixel_map before = copy_map(&norm.out);
    norm_result expected = new_result(run, &norm);
    table_maps maps = open_maps(run->kernels, &norm.value, NULL);
    dn_norm_gradient op = norm.op;
    op.value = map_rows(&maps.input);
    run->kernels->gradients->norm_gradient(&op);
    close_maps(&maps);
    op = norm.op;
    op.out = float_rows(&expected.out);
    op.sums = expected.sums;
    op.products = expected.sums + channels;
    dn_kernels_reference.gradients->norm_gradient(&op);
    compare_results(run, &norm, &expected, &before, 1e-6);
    free_case(&norm);
    free_map(&before);
    free_map(&expected.out);
    free(expected.sums);
}

static void run_norm_gradient_task(const dn_kernels *kernels, const void *op, int task,
                                   float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->norm_gradient(op);
}

static void bench_norm_gradient(check_run *run)
{
    norm_case norm = new_case(run, 96, 128, 128);
    norm.op.accumulate = false;
    describe(run, "96 rows of 128");
    time_work(
        run,
        &(kernel_work){
            .kernels = run->kernels, .body = run_norm_gradient_task, .op = &norm.op, .tasks = 1},
        0, 12.0 * 96 * 128);
    free_case(&norm);
}

const kernel_check norm_gradient_check = {"norm_gradient", test_norm_gradient, bench_norm_gradient};

/* ---- pass_back ---- */

/* weight: depth x channels, as the convolution from channels to depth has it. */
static dn_panels panels_of(const dn_kernels *kernels, const float *data, int depth, int channels)
{
    return (dn_panels){.data = data,
                       .type = kernels->maps,
                       .depth = depth,
                       .outputs = channels,
                       .unit = kernels->unit};
}

static float *pack(const dn_kernels *kernels, const float *weight, int depth, int channels)
{
    dn_weights weights = {.data = weight,
                          .outputs = channels,
                          .channels = depth,
                          .kernel = 1,
                          .factor = 1,
                          .transposed = true,
                          .type = kernels->maps};
    float *panels = new_scratch(dn_packed_size(kernels, DN_WINDOW_DIRECT, &weights) / 4 + 1);
    pack_all(kernels, DN_WINDOW_DIRECT, &weights, panels);
    return panels;
}

/* The gradient, or its pairs, which *pairs then holds. */
static dn_rows operand(const dn_kernels *kernels, const norm_case *norm, int depth, float **pairs)
{
    *pairs = NULL;
    if (!kernels->unit)
        return norm->op.gradient;
    int stride = dn_panel_rows(depth, kernels->unit) / 2 + 3;
    int rows = dn_ceil_divide(norm->op.count, DN_MOST_ROWS) * DN_MOST_ROWS;
    *pairs = new_scratch((size_t)(rows * stride));
    dn_rows out = {*pairs, stride};
    kernels->gradients->pair_channels(
        &(dn_pair_rows){norm->op.gradient, out, norm->op.count, depth});
    return out;
}

static void test_pass_back(check_run *run)
{
    int count = pick(run, 1, 120), depth = pick(run, 1, 140), channels = pick(run, 1, 140);
    describe(run, "%d rows, %d -> %d", count, depth, channels);
    norm_case norm = new_case(run, count, depth, channels);
    float *weight = random_floats(run, (size_t)(depth * channels), -1, 1), *pairs;
    for (int i = 0; i < depth * channels; i++)
        weight[i] = fit_number(run, weight[i]);
    pixel_map before = copy_map(&norm.out);
    norm_result expected = new_result(run, &norm);
    table_maps maps = open_maps(run->kernels, &norm.value, NULL);
    float *panels = pack(run->kernels, weight, depth, channels);
    dn_pass_back op = {norm.op, panels_of(run->kernels, panels, depth, channels)};
    op.norm.value = map_rows(&maps.input);
    op.norm.gradient = operand(run->kernels, &norm, depth, &pairs);
    run->kernels->gradients->pass_back(&op);
    close_maps(&maps);
    float *plain = pack(&dn_kernels_reference, weight, depth, channels);
    op = (dn_pass_back){norm.op, panels_of(&dn_kernels_reference, plain, depth, channels)};
    op.norm.out = float_rows(&expected.out);
    op.norm.sums = expected.sums;
    op.norm.products = expected.sums + channels;
    dn_kernels_reference.gradients->pass_back(&op);
    compare_results(run, &norm, &expected, &before, 2 * sum_tolerance(depth));
    free(pairs);
    free(weight);
    free(panels);
    free(plain);
    free_case(&norm);
    free_map(&before);
    free_map(&expected.out);
    free(expected.sums);
}

static void run_pass_back_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->pass_back(op);
}

static void bench_shape(check_run *run, int depth, int channels)
{
    norm_case norm = new_case(run, 96, depth, channels);
    float *weight = random_floats(run, (size_t)(depth * channels), -1e-3f, 1e-3f);
    float *panels = pack(run->kernels, weight, depth, channels);
    norm.op.accumulate = true;
    dn_pass_back op = {norm.op, {.data = panels, .depth = depth, .outputs = channels}};
    describe(run, "96 rows, %d -> %d", depth, channels);
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_pass_back_task, .op = &op, .tasks = 1},
        2.0 * 96 * depth * channels, 0);
    free(weight);
    free(panels);
    free_case(&norm);
}

static void bench_pass_back(check_run *run)
{
    bench_shape(run, 128, 128);
    bench_shape(run, 48, 204);
}

const kernel_check pass_back_check = {"pass_back", test_pass_back, bench_pass_back};
