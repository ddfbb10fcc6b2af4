/* SPDX-License-Identifier: MIT */
/* Weight gradients: products summed over pixels, directly and by Winograd's
 * algorithm, which is also compared with the direct sum. */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

/* A convolution's activated inputs and the gradient of its outputs, padded as
 * both algorithms want them. */
typedef struct product_case {
    pixel_map input, gradient;
    int images, height, width, channels, outputs, kernel;
    const float **left, **right;
    ptrdiff_t shift[9];
    dn_product op;
} product_case;

/* Vectors extend into a pixel's gap: it must hold numbers. */
static void fill_gaps(const pixel_map *map)
{
    for (size_t i = 0; i < map->size; i++)
        if (map->memory[i] != map->memory[i])
            map->memory[i] = 0;
}

static product_case new_case(check_run *run, int images, int height, int width, int channels,
                             int outputs, int kernel)
{
    int tiles = 4 + kernel / 2; /* how far Winograd's algorithm reads below and to the right */
    map_shape input = {images, height, width, channels, kernel / 2, tiles, false};
    map_shape gradient = {images, height, width, outputs, kernel / 2, tiles, false};
    product_case made = {.input = new_input(run, &input),
                         .gradient = new_input(run, &gradient),
                         .images = images,
                         .height = height,
                         .width = width,
                         .channels = channels,
                         .outputs = outputs,
                         .kernel = kernel};
    fill_gaps(&made.input);
    fill_gaps(&made.gradient);
    size_t lines = (size_t)(images * height);
    made.left = zeroed(lines, sizeof *made.left);
    made.right = zeroed(lines, sizeof *made.right);
    int before = kernel / 2, line = 0;
    for (int image = 0; image < images; image++)
        for (int y = 0; y < height; y++, line++) {
            made.left[line] = map_pixel(&made.gradient, image, y, 0);
            made.right[line] = map_pixel(&made.input, image, y - before, -before);
        }
    for (int s = 0; s < kernel * kernel; s++)
        made.shift[s] =
            s / kernel * made.input.grid.row_stride + s % kernel * made.input.grid.pixel_stride;
    return made;
}

static dn_product product_of(const product_case *made, float *out, bool accumulate)
{
    return (dn_product){.lines = made->images * made->height,
                        .run = made->width,
                        .left = made->left,
                        .right = made->right,
                        .left_stride = made->gradient.grid.pixel_stride,
                        .right_stride = made->input.grid.pixel_stride,
                        .depth = made->outputs,
                        .outputs = made->channels,
                        .shifts = made->kernel * made->kernel,
                        .shift = made->shift,
                        .out = out,
                        .row_stride = dn_padded(made->channels),
                        .shift_stride = (ptrdiff_t)made->outputs * dn_padded(made->channels),
                        .accumulate = accumulate};
}

static void free_case(product_case *made)
{
    free_map(&made->input);
    free_map(&made->gradient);
    free(made->left);
    free(made->right);
}

/* Results as a map of rows, whose padding may hold anything. */
static pixel_map new_result(check_run *run, const product_case *made, int planes)
{
    map_shape shape = {1, planes, made->outputs, dn_padded(made->channels), 0, 0, true};
    pixel_map map = new_output(run, &shape);
    return map;
}

static dn_grid *as_rows(pixel_map *map, const product_case *made)
{
    map->grid.pixel_stride = dn_padded(made->channels);
    map->grid.row_stride = (ptrdiff_t)made->outputs * dn_padded(made->channels);
    return &map->grid;
}

/* A row's padding may hold anything; what is beyond must be as before the run. */
static void compare_rows(check_run *run, const pixel_map *actual, pixel_map *expected,
                         const pixel_map *before, const product_case *made, double tolerance)
{
    size_t padding = (size_t)(dn_padded(made->channels) - made->channels) * sizeof(float);
    for (int plane = 0; plane < expected->grid.height; plane++)
        for (int n = 0; n < made->outputs; n++)
            memcpy(map_pixel(expected, 0, plane, n) + made->channels,
                   map_pixel(actual, 0, plane, n) + made->channels, padding);
    compare_maps(run, actual, expected, before, tolerance);
}

/* ---- product ---- */

/* The lines' pixels two by two: as many lines of words, in one piece of memory. */
static float *pair_lines(const check_run *run, const float **lines, ptrdiff_t stride,
                         const product_case *made, int channels, const float **pairs)
{
    int rows = dn_ceil_divide(made->width, 2), padded = dn_padded(channels);
    int count = made->images * made->height;
    float *memory = zeroed((size_t)(count * rows * padded), sizeof *memory);
    for (int line = 0; line < count; line++) {
        float *out = memory + line * rows * padded;
        pairs[line] = out;
        run->kernels->gradients->pair_pixels(
            &(dn_pair_rows){.input = {(float *)lines[line], stride},
                            .out = {out, padded},
                            .count = made->width,
                            .channels = channels});
    }
    return memory;
}

/* The product of pairs: of a 1x1 convolution. */
static void multiply_pairs(const check_run *run, const product_case *made, dn_product op)
{
    size_t lines = (size_t)op.lines;
    const float **left = zeroed(lines, sizeof *left), **right = zeroed(lines, sizeof *right);
    float *lefts = pair_lines(run, made->left, op.left_stride, made, made->outputs, left);
    float *rights = pair_lines(run, made->right, op.right_stride, made, made->channels, right);
    op.left = left;
    op.right = right;
    op.left_stride = dn_padded(made->outputs);
    op.right_stride = dn_padded(made->channels);
    op.run = dn_ceil_divide(made->width, 2);
    run->kernels->gradients->product(&op);
    free(left);
    free(right);
    free(lefts);
    free(rights);
}

static void test_product(check_run *run)
{
    bool pairs = run->kernels->unit > 0, long_lines = toss(run);
    int kernel = toss(run) && !pairs ? 3 : 1;
    product_case made =
        new_case(run, pick(run, 1, 3), pick(run, 1, long_lines ? 2 : 12),
                 pick(run, 1, long_lines ? 200 : 12), pick(run, 1, 70), pick(run, 1, 40), kernel);
    bool accumulate = toss(run);
    describe(run, "%d x %dx%d, %d to %d, kernel %d, accumulate %d", made.images, made.height,
             made.width, made.channels, made.outputs, kernel, accumulate);
    pixel_map actual = new_result(run, &made, kernel * kernel);
    as_rows(&actual, &made);
    pixel_map expected = copy_map(&actual), before = copy_map(&actual);
    dn_product op = product_of(&made, actual.grid.data, accumulate);
    if (pairs)
        multiply_pairs(run, &made, op);
    else
        run->kernels->gradients->product(&op);
    op.out = expected.grid.data;
    dn_kernels_reference.gradients->product(&op);
    compare_rows(run, &actual, &expected, &before, &made,
                 (pairs ? 2 : 1) * sum_tolerance(made.images * made.height * made.width));
    free_map(&actual);
    free_map(&expected);
    free_map(&before);
    free_case(&made);
}

static void run_product_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    (void)scratch;
    kernels->gradients->product(op);
}

static void bench_rows(check_run *run, int count, int channels, int outputs)
{
    float *left = random_floats(run, (size_t)(count * (outputs + 16)), -1, 1);
    float *right = random_floats(run, (size_t)(count * (channels + 16)), -1, 1);
    float *out = random_floats(run, (size_t)(outputs * dn_padded(channels)), -1, 1);
    static const ptrdiff_t none;
    const float *lines[2] = {left, right};
    dn_product op = {.lines = 1,
                     .run = count,
                     .left = &lines[0],
                     .right = &lines[1],
                     .left_stride = outputs + 16,
                     .right_stride = channels + 16,
                     .depth = outputs,
                     .outputs = channels,
                     .shifts = 1,
                     .shift = &none,
                     .out = out,
                     .row_stride = dn_padded(channels)};
    describe(run, "%d rows, %d x %d", count, outputs, channels);
    time_work(
        run,
        &(kernel_work){.kernels = run->kernels, .body = run_product_task, .op = &op, .tasks = 1},
        2.0 * count * channels * outputs, 0);
    free(left);
    free(right);
    free(out);
}

static void bench_product(check_run *run)
{
    bench_rows(run, 96, 128, 128);
    bench_rows(run, 96, 204, 48);
    bench_rows(run, 1568, 24, 64);
}

const kernel_check product_check = {"product", test_product, bench_product};

/* ---- Winograd's weight gradient ---- */

/* All three parts, channels a few at a time, as a table with this unit rounds; out: 9 planes. */
static void run_winograd(const dn_kernels *kernels, const product_case *made, int slice, int unit,
                         float *out)
{
    dn_winograd_gradient op = {.gradient = made->gradient.grid, /* its size, for the planes */
                               .outputs = made->outputs,
                               .channels = slice,
                               .row_stride = dn_padded(made->channels),
                               .plane_stride =
                                   (ptrdiff_t)made->outputs * dn_padded(made->channels)};
    float *scratch = new_scratch(dn_winograd_products_scratch(&op));
    float *transformed = new_scratch(36 * dn_winograd_gradient_plane(&op));
    float *sums = new_scratch(36 * (size_t)op.plane_stride);
    op.unit = unit;
    table_maps input = open_maps(kernels, &made->input, NULL);
    table_maps gradient = open_maps(kernels, &made->gradient, NULL);
    op.gradient = gradient.input;
    op.transformed = transformed;
    kernels->gradients->winograd_gradient(&op);
    for (int channel = 0; channel < made->channels; channel += slice) {
        int rest = made->channels - channel;
        op.channels = rest < slice ? rest : slice;
        op.input = input.input;
        if (kernels->maps == DN_BF16)
            op.input.halves += channel;
        else
            op.input.data += channel;
        op.sums = sums + channel;
        kernels->gradients->winograd_products(&op, scratch);
    }
    kernels->gradients->winograd_weights(&(dn_winograd_weights){.sums = sums,
                                                                .out = out,
                                                                .row_stride = op.row_stride,
                                                                .plane_stride = op.plane_stride,
                                                                .outputs = made->outputs,
                                                                .channels = made->channels});
    close_maps(&input);
    close_maps(&gradient);
    free(scratch);
    free(transformed);
    free(sums);
}

static void test_winograd_gradient(check_run *run)
{
    product_case made = new_case(run, pick(run, 1, 3), pick(run, 1, 13), pick(run, 1, 13),
                                 pick(run, 1, 70), pick(run, 1, 40), 3);
    int slice = 16 * pick(run, 1, 4), unit = run->kernels->unit;
    describe(run, "%d x %dx%d, %d to %d, %d channels at a time", made.images, made.height,
             made.width, made.channels, made.outputs, slice);
    if (unit) {
        make_exact(&made.input);
        make_exact(&made.gradient);
    }
    pixel_map actual = new_result(run, &made, 9);
    as_rows(&actual, &made);
    pixel_map expected = copy_map(&actual), direct = copy_map(&actual), before = copy_map(&actual);
    run_winograd(run->kernels, &made, slice, unit, actual.grid.data);
    run_winograd(&dn_kernels_reference, &made, slice, unit, expected.grid.data);
    compare_rows(run, &actual, &expected, &before, &made, 2e-5);
    dn_product op = product_of(&made, direct.grid.data, false);
    dn_kernels_reference.gradients->product(&op);
    if (!unit)
        compare_rows(run, &actual, &direct, &before, &made, 3e-5);
    free_map(&actual);
    free_map(&expected);
    free_map(&direct);
    free_map(&before);
    free_case(&made);
}

static void run_products_task(const dn_kernels *kernels, const void *op, int task, float *scratch)
{
    (void)task;
    kernels->gradients->winograd_products(op, scratch);
}

/* Effective GFLOP/s: counting what a direct sum would have needed. */
static void bench_winograd_gradient(check_run *run)
{
    map_shape input = {1, 16, 56, 32, 1, 1, true}, gradient = {1, 16, 56, 32, 0, 0, true};
    pixel_map from = new_input(run, &input), to = new_input(run, &gradient);
    dn_winograd_gradient op = {.gradient = to.grid,
                               .input = from.grid,
                               .outputs = 32,
                               .channels = 32,
                               .row_stride = 32,
                               .plane_stride = 32 * 32};
    float *transformed = random_floats(run, 36 * dn_winograd_gradient_plane(&op), -1, 1);
    float *sums = random_floats(run, 36 * 32 * 32, -1, 1);
    op.transformed = transformed;
    op.sums = sums;
    describe(run, "16x56, 32 to 32");
    time_work(run,
              &(kernel_work){.kernels = run->kernels,
                             .body = run_products_task,
                             .op = &op,
                             .tasks = 1,
                             .scratch = dn_winograd_products_scratch(&op)},
              2.0 * 16 * 56 * 9 * 32 * 32, 0);
    free(transformed);
    free(sums);
    free_map(&from);
    free_map(&to);
}

const kernel_check winograd_gradient_check = {"winograd_gradient", test_winograd_gradient,
                                              bench_winograd_gradient};
