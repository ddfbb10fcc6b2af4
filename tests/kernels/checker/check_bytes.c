/* SPDX-License-Identifier: MIT */
/* The kernels of tables for maps of bytes, against their definition, to the bit: sums of
 * products of bytes are exact, and what is rounded is rounded at each operation. */
#include "checker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 64

/* A grid of bytes, all of them random, gaps and borders too. */
typedef struct byte_map {
    dn_grid grid;
    int channels;
    uint8_t *memory;
    size_t size;
} byte_map;

static byte_map new_bytes(check_run *run, const map_shape *shape)
{
    int border = shape->before + shape->after, gap = shape->dense ? 0 : pick(run, 0, 9);
    byte_map map = {.channels = shape->channels};
    dn_grid *grid = &map.grid;
    grid->images = shape->images;
    grid->height = shape->height;
    grid->width = shape->width;
    grid->pixel_stride = shape->channels + gap;
    grid->row_stride = grid->pixel_stride * (shape->width + border) + pick(run, 0, 5);
    grid->image_stride = grid->row_stride * (shape->height + border) + pick(run, 0, 5);
    map.size = (size_t)grid->image_stride * (size_t)shape->images + 2 * MARGIN;
    map.memory = zeroed(map.size, 1);
    for (size_t i = 0; i < map.size; i++)
        map.memory[i] = (uint8_t)pick(run, 0, 255);
    grid->bytes = map.memory + MARGIN + shape->before * (grid->row_stride + grid->pixel_stride);
    return map;
}

static byte_map copy_bytes(const byte_map *source)
{
    byte_map copy = *source;
    copy.memory = zeroed(source->size, 1);
    memcpy(copy.memory, source->memory, source->size);
    copy.grid.bytes = copy.memory + (source->grid.bytes - source->memory);
    return copy;
}

/* All bytes, those around the grid's too. */
static void compare_bytes(check_run *run, const byte_map *actual, const byte_map *expected)
{
    for (size_t i = 0; i < actual->size; i++)
        if (actual->memory[i] != expected->memory[i]) {
            fail(run, "%td bytes from the first output: %d, expected %d",
                 actual->memory + i - actual->grid.bytes, actual->memory[i], expected->memory[i]);
            return;
        }
}

static uint8_t to_byte(float value)
{
    return (uint8_t)rintf(value > 0 ? value < 255 ? value : 255 : 0);
}

/* ---- norms ---- */

typedef struct byte_norm {
    dn_affine affine;
    float *scale, *shift;
    int16_t *factor, *term;
} byte_norm;

static byte_norm new_norm(check_run *run, int channels)
{
    size_t count = (size_t)channels, padded = count + 2 * DN_MAX_LANES;
    byte_norm norm = {.scale = random_floats(run, count, -0.02f, 0.03f),
                      .shift = random_floats(run, count, -2, 2),
                      .factor = zeroed(padded, sizeof(int16_t)),
                      .term = zeroed(padded, sizeof(int16_t))};
    int bits = pick(run, 0, DN_FIXED_BITS), widest = toss(run) ? INT16_MAX : 16000;
    for (int c = 0; c < channels; c++) {
        norm.factor[c] = (int16_t)pick(run, -widest, widest);
        norm.term[c] = (int16_t)pick(run, -widest, widest);
    }
    norm.affine = (dn_affine){norm.scale, norm.shift, toss(run), {norm.factor, norm.term, bits}};
    return norm;
}

static void free_norm(byte_norm *norm)
{
    free(norm->scale);
    free(norm->shift);
    free(norm->factor);
    free(norm->term);
}

/* The mean over a window of `pool` by `pool` pixels, of what is multiplied: a byte, or where
 * floats are multiplied a float. */
static float activated(const check_run *run, const dn_affine *affine, const dn_grid *grid,
                       const uint8_t *corner, int pool, int c)
{
    int sum = 0, bits = affine->fixed.bits + (pool == 2 ? 2 : 0);
    float floats = 0;
    for (int i = 0; i < pool; i++)
        for (int j = 0; j < pool; j++) {
            int byte = corner[i * grid->row_stride + j * grid->pixel_stride + c];
            float value = (float)byte * affine->scale[c] + affine->shift[c];
            int fixed = dn_fixed_value(&affine->fixed, byte, c);
            floats += affine->linear || value > 0 ? value : 0;
            sum += dn_min(dn_max(fixed, 0), 255 << affine->fixed.bits);
        }
    if (!run->kernels->unit)
        return pool == 2 ? floats * 0.25f : floats;
    return (float)((sum + (1 << bits >> 1)) >> bits);
}

/* ---- convolutions ---- */

typedef struct byte_weights {
    dn_weights weights;
    dn_panels panels;
    float *data, *scale, *bias;
    void *laid_out;
} byte_weights;

static byte_weights new_weights(check_run *run, int channels, int kernel, int outputs)
{
    const dn_kernels *kernels = run->kernels;
    size_t count = (size_t)(outputs * channels * kernel * kernel);
    byte_weights made = {.data = random_floats(run, count, -1, 1)};
    for (size_t i = 0; kernels->unit && i < count; i++)
        made.data[i] = (float)pick(run, -127, 127);
    made.scale = random_floats(run, (size_t)outputs, -1e-3f, 1e-3f);
    made.bias = random_floats(run, (size_t)outputs, -30, 200);
    made.weights = (dn_weights){.data = made.data,
                                .outputs = outputs,
                                .channels = channels,
                                .kernel = kernel,
                                .factor = 1,
                                .type = kernels->unit ? DN_I8 : DN_F32};
    size_t size = dn_packed_size(kernels, DN_WINDOW_DIRECT, &made.weights);
    made.laid_out = new_scratch(size / sizeof(float) + 1);
    pack_all(kernels, DN_WINDOW_DIRECT, &made.weights, made.laid_out);
    made.panels = dn_packed_panels(kernels, DN_WINDOW_DIRECT, &made.weights, made.laid_out);
    return made;
}

static void free_weights(byte_weights *weights)
{
    free(weights->data);
    free(weights->scale);
    free(weights->bias);
    free(weights->laid_out);
}

static dn_epilogue epilogue_of(const check_run *run, const byte_weights *weights)
{
    return (dn_epilogue){.scale = run->kernels->unit ? weights->scale : NULL,
                         .bias = weights->bias};
}

/* An output of `depth` inputs in the order of a panel: window rows, columns, channels. */
static float product_of(const check_run *run, const byte_weights *weights, const float *input,
                        int output)
{
    int channels = weights->weights.channels, area = weights->weights.kernel;
    area *= area;
    const float *weight = weights->data + (size_t)output * (size_t)(channels * area);
    int whole = 0;
    float sum = 0;
    for (int k = 0; k < channels * area; k++) {
        float factor = weight[k % channels * area + k / channels];
        whole += run->kernels->unit ? (int)input[k] * (int)factor : 0;
        sum += input[k] * factor;
    }
    if (run->kernels->unit)
        sum = (float)whole * weights->scale[output];
    return sum + weights->bias[output];
}

typedef struct byte_work {
    dn_conv conv;
    dn_pointwise pointwise;
    dn_work_split split;
} byte_work;

static void run_conv(const dn_kernels *kernels, const void *context, int task, float *scratch)
{
    const byte_work *work = context;
    kernels->conv(&work->conv, dn_piece_of_task(&work->split, task), scratch);
}

static void run_pointwise(const dn_kernels *kernels, const void *context, int task, float *scratch)
{
    const byte_work *work = context;
    kernels->pointwise(&work->pointwise, dn_piece_of_task(&work->split, task), scratch);
}

static void run_split(check_run *run, byte_work *work, task_body *body, const dn_grid *output,
                      const byte_weights *weights)
{
    int pixels = dn_grid_pixels(output);
    work->split =
        new_split(run->kernels, pixels, &weights->panels, pick(run, 1, pixels), pick(run, 1, 4));
    run_shuffled(
        run, &(kernel_work){
                 .kernels = run->kernels,
                 .body = body,
                 .op = work,
                 .tasks = dn_split_tasks(&work->split),
                 .scratch = dn_packed_scratch(weights->panels.depth, dn_longest_run(&work->split)),
             });
}

static void define_conv(const check_run *run, const dn_conv *op, const byte_weights *weights,
                        byte_map *to)
{
    int run_length = op->kernel * op->channels;
    float *window = zeroed((size_t)op->panels.depth, sizeof *window);
    for (int image = 0; image < op->output.images; image++)
        for (int y = 0; y < op->output.height; y++)
            for (int x = 0; x < op->output.width; x++) {
                const uint8_t *corner = dn_byte_pixel_at(
                    &op->input, image, y * op->stride - op->padding, x * op->stride - op->padding);
                for (int k = 0; k < op->panels.depth; k++) {
                    ptrdiff_t row = k / run_length * op->input.row_stride;
                    window[k] = (float)corner[row + k % run_length];
                }
                for (int n = 0; n < op->panels.outputs; n++)
                    dn_byte_pixel_at(&to->grid, image, y, x)[n] =
                        to_byte(product_of(run, weights, window, n));
            }
    free(window);
}

static void test_conv(check_run *run)
{
    int kernel = 2 * pick(run, 0, 3) + 1, stride = pick(run, 1, 2);
    bool in_place = pick(run, 0, 3) == 0; /* windows of whole units, in lines of many tiles */
    int channels = in_place ? 64 : pick(run, 1, toss(run) ? 9 : 70), outputs = pick(run, 1, 70);
    int height = pick(run, 1, 9), width = pick(run, 1, in_place ? 50 : 9), images = pick(run, 1, 2);
    map_shape in = {images, height, width, channels, kernel / 2, kernel / 2, true};
    map_shape out = {
        images, dn_ceil_divide(height, stride), dn_ceil_divide(width, stride), outputs, 0, 0,
        false};
    describe(run, "%d x %dx%d, %d -> %d, window %d, stride %d", images, height, width, channels,
             outputs, kernel, stride);
    byte_map input = new_bytes(run, &in), output = new_bytes(run, &out);
    byte_map expected = copy_bytes(&output);
    byte_weights weights = new_weights(run, channels, kernel, outputs);
    byte_work work = {.conv = {input.grid, output.grid, channels, kernel, stride, kernel / 2,
                               weights.panels, epilogue_of(run, &weights)}};
    define_conv(run, &work.conv, &weights, &expected);
    run_split(run, &work, run_conv, &output.grid, &weights);
    compare_bytes(run, &output, &expected);
    free(input.memory);
    free(output.memory);
    free(expected.memory);
    free_weights(&weights);
}

static void define_pointwise(const check_run *run, const dn_pointwise *op,
                             const byte_weights *weights, byte_map *to)
{
    float *row = zeroed((size_t)op->panels.depth, sizeof *row);
    for (int image = 0; image < op->output.images; image++)
        for (int y = 0; y < op->output.height; y++)
            for (int x = 0; x < op->output.width; x++) {
                const uint8_t *corner =
                    dn_byte_pixel_at(&op->input, image, y * op->pool, x * op->pool);
                for (int k = 0; k < op->panels.depth; k++)
                    row[k] = activated(run, &op->affine, &op->input, corner, op->pool, k);
                for (int n = 0; n < op->panels.outputs; n++)
                    dn_byte_pixel_at(&to->grid, image, y, x)[n] =
                        to_byte(product_of(run, weights, row, n));
            }
    free(row);
}

static void test_pointwise(check_run *run)
{
    int channels = pick(run, 1, toss(run) ? 40 : 300), outputs = pick(run, 1, 130);
    int pool = pick(run, 1, 2), images = pick(run, 1, 2);
    map_shape out = {images, pick(run, 1, 9), pick(run, 1, 9), outputs, 0, 0, false};
    map_shape in = {images, out.height * pool, out.width * pool, channels, 0, 0, false};
    describe(run, "%d x %dx%d, %d -> %d, pool %d", images, out.height, out.width, channels, outputs,
             pool);
    byte_map input = new_bytes(run, &in), output = new_bytes(run, &out);
    byte_map expected = copy_bytes(&output);
    byte_weights weights = new_weights(run, channels, 1, outputs);
    byte_norm norm = new_norm(run, channels);
    byte_work work = {.pointwise = {input.grid, output.grid, norm.affine, pool, weights.panels,
                                    epilogue_of(run, &weights)}};
    define_pointwise(run, &work.pointwise, &weights, &expected);
    run_split(run, &work, run_pointwise, &output.grid, &weights);
    compare_bytes(run, &output, &expected);
    free(input.memory);
    free(output.memory);
    free(expected.memory);
    free_weights(&weights);
    free_norm(&norm);
}

/* ---- vectors of a head: floats, summed in the order of the channels ---- */

static void test_linear(check_run *run)
{
    int channels = pick(run, 1, 300), outputs = pick(run, 1, 130), vectors = pick(run, 1, 5);
    size_t in = (size_t)(vectors * channels), out = (size_t)(vectors * outputs);
    float *input = random_floats(run, in, -1, 1), *output = zeroed(out, sizeof *output);
    float *weight = random_floats(run, (size_t)(channels * outputs), -1, 1);
    const dn_weights weights = {
        .data = weight, .outputs = outputs, .channels = channels, .kernel = 1, .factor = 1};
    size_t size = dn_packed_size(run->kernels, DN_WINDOW_DIRECT, &weights);
    float *laid_out = new_scratch(size / sizeof(float));
    describe(run, "%d x %d -> %d", vectors, channels, outputs);
    pack_all(run->kernels, DN_WINDOW_DIRECT, &weights, laid_out);
    byte_work work = {.pointwise = {.input = dn_vector_grid(input, vectors, channels),
                                    .output = dn_vector_grid(output, vectors, outputs),
                                    .pool = 1,
                                    .panels = dn_packed_panels(run->kernels, DN_WINDOW_DIRECT,
                                                               &weights, laid_out)}};
    byte_weights panels = {.panels = work.pointwise.panels};
    run_split(run, &work, run_pointwise, &work.pointwise.output, &panels);
    for (int v = 0; v < vectors; v++)
        for (int n = 0; n < outputs; n++) {
            float sum = 0;
            for (int k = 0; k < channels; k++)
                sum += input[v * channels + k] * weight[n * channels + k];
            if (memcmp(&sum, &output[v * outputs + n], sizeof sum) != 0)
                fail(run, "vector %d, output %d: %.9g, expected %.9g", v, n,
                     (double)output[v * outputs + n], (double)sum);
        }
    free(input);
    free(output);
    free(weight);
    free(laid_out);
}

/* ---- the rest ---- */

static void test_activate(check_run *run)
{
    map_shape shape = {
        pick(run, 1, 2), pick(run, 1, 9), pick(run, 1, 9), pick(run, 1, 100), 0, 0, false};
    byte_map input = new_bytes(run, &shape), output = new_bytes(run, &shape);
    byte_map expected = copy_bytes(&output);
    byte_norm norm = new_norm(run, shape.channels);
    dn_activate op = {input.grid, output.grid, shape.channels, norm.affine};
    describe(run, "%d x %dx%d, %d", shape.images, shape.height, shape.width, shape.channels);
    for (int image = 0; image < shape.images; image++)
        for (int y = 0; y < shape.height; y++)
            for (int x = 0; x < shape.width; x++)
                for (int c = 0; c < shape.channels; c++)
                    dn_byte_pixel_at(&expected.grid, image, y, x)[c] =
                        (uint8_t)activated(run, &norm.affine, &input.grid,
                                           dn_byte_pixel_at(&input.grid, image, y, x), 1, c);
    for (int task = 0; task < shape.images * shape.height; task++)
        run->kernels->activate(&op, task);
    compare_bytes(run, &output, &expected);
    free(input.memory);
    free(output.memory);
    free(expected.memory);
    free_norm(&norm);
}

static uint8_t largest(const dn_grid *grid, int image, int y, int x, int c)
{
    int best = 0;
    for (int i = dn_max(2 * y - 1, 0); i <= dn_min(2 * y + 1, grid->height - 1); i++)
        for (int j = dn_max(2 * x - 1, 0); j <= dn_min(2 * x + 1, grid->width - 1); j++)
            best = dn_max(best, dn_byte_pixel_at(grid, image, i, j)[c]);
    return (uint8_t)best;
}

static void test_max_pool(check_run *run)
{
    map_shape in = {
        pick(run, 1, 2), pick(run, 1, 12), pick(run, 1, 12), pick(run, 1, 100), 0, 0, false};
    map_shape out = in;
    out.height = dn_ceil_divide(in.height, 2);
    out.width = dn_ceil_divide(in.width, 2);
    byte_map input = new_bytes(run, &in), output = new_bytes(run, &out);
    byte_map expected = copy_bytes(&output);
    dn_max_pool op = {input.grid, output.grid, in.channels, pick(run, 1, out.width)};
    describe(run, "%d x %dx%d, %d", in.images, in.height, in.width, in.channels);
    for (int image = 0; image < out.images; image++)
        for (int y = 0; y < out.height; y++)
            for (int x = 0; x < out.width; x++)
                for (int c = 0; c < in.channels; c++)
                    dn_byte_pixel_at(&expected.grid, image, y, x)[c] =
                        largest(&input.grid, image, y, x, c);
    for (int task = 0; task < dn_max_pool_tasks(&op); task++)
        run->kernels->max_pool(&op, task);
    compare_bytes(run, &output, &expected);
    free(input.memory);
    free(output.memory);
    free(expected.memory);
}

static float mean_of(const dn_global_pool *op, int image, int c)
{
    float sum = 0;
    for (int y = 0; y < op->input.height; y++) {
        float row = 0;
        for (int x = 0; x < op->input.width; x++) {
            float byte = (float)dn_byte_pixel_at(&op->input, image, y, x)[c];
            float value = byte * op->affine.scale[c] + op->affine.shift[c];
            row += value <= 0 && !op->affine.linear ? 0 : value;
        }
        sum += row;
    }
    return sum / (float)(op->input.height * op->input.width);
}

static void test_global_pool(check_run *run)
{
    map_shape shape = {
        pick(run, 1, 3), pick(run, 1, 9), pick(run, 1, 9), pick(run, 1, 100), 0, 0, false};
    byte_map input = new_bytes(run, &shape);
    byte_norm norm = new_norm(run, shape.channels);
    float *output = zeroed((size_t)(shape.images * shape.channels), sizeof *output);
    dn_global_pool op = {input.grid, output, shape.channels, norm.affine, pick(run, 1, 3)};
    op.parts = dn_min(op.parts, dn_ceil_divide(op.channels, DN_POOL_RUN));
    describe(run, "%d x %dx%d, %d", shape.images, shape.height, shape.width, shape.channels);
    for (int task = 0; task < dn_global_pool_tasks(&op); task++)
        run->kernels->global_pool(&op, task);
    for (int image = 0; image < shape.images; image++)
        for (int c = 0; c < shape.channels; c++) {
            float expected = mean_of(&op, image, c), found = output[image * shape.channels + c];
            if (memcmp(&expected, &found, sizeof found) != 0)
                fail(run, "image %d, channel %d: %.9g, expected %.9g", image, c, (double)found,
                     (double)expected);
        }
    free(input.memory);
    free(output);
    free_norm(&norm);
}

const kernel_check byte_checks[BYTE_CHECKS] = {
    {"conv", test_conv, NULL},         {"pointwise", test_pointwise, NULL},
    {"linear", test_linear, NULL},     {"activate", test_activate, NULL},
    {"max_pool", test_max_pool, NULL}, {"global_pool", test_global_pool, NULL},
};
