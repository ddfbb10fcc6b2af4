/* SPDX-License-Identifier: MIT */
#include "inference/step_kinds.h"

#include "base/arithmetic.h"

#include <string.h>

static void makes(dn_step *step, dn_grid made, int channels, int tasks)
{
    step->made = made;
    step->made_channels = channels;
    step->tasks = tasks;
}

static double product_operations(const dn_grid *output, double depth, double outputs)
{
    return 2 * (double)dn_grid_pixels(output) * depth * outputs;
}

static const char *name_copy(const dn_step *step)
{
    (void)step;
    return "copy";
}

static const char *name_pool(const dn_step *step)
{
    (void)step;
    return "pool";
}

/* ---- import: the caller's pictures into a frame, one task per row of an image ---- */

/* Of an image, without the border. */
static size_t row_floats(const dn_frame *frame)
{
    return (size_t)frame->grid.width * (size_t)frame->grid.pixel_stride;
}

static size_t share_import(dn_step *step, int threads)
{
    (void)threads;
    const dn_frame *frame = &step->op.frame;
    makes(step, frame->grid, 0, frame->grid.images * frame->grid.height);
    return step->kernels->maps == DN_F32 ? 0 : row_floats(frame);
}

static void import_floats(const dn_frame *frame, const float *source, float *target)
{
    const dn_grid *grid = &frame->grid;
    const ptrdiff_t area = (ptrdiff_t)grid->height * grid->width, stride = grid->pixel_stride;
    for (int c = 0; c < frame->channels; c++, source += area, target++)
        for (int x = 0; x < grid->width; x++)
            target[x * stride] = source[x];
}

static void import_bytes(const dn_frame *frame, const unsigned char *source,
                         const float (*values)[256], float *target)
{
    for (int x = 0; x < frame->grid.width; x++, target += frame->grid.pixel_stride)
        for (int c = 0; c < frame->channels; c++)
            target[c] = values[c][*source++];
}

/* To nearest; a NaN becomes 0. */
static void to_bytes(const dn_frame *frame, const float *restrict row, uint8_t *restrict out)
{
    const float factor = 1 / frame->scale, zero = frame->zero;
    const size_t count = row_floats(frame);
    for (size_t i = 0; i < count; i++) {
        float value = row[i] * factor + zero;
        value = value > 0 ? value : 0;
        out[i] = (uint8_t)((value < 255 ? value : 255) + 0.5f);
    }
}

static void run_import(const dn_step *step, int task, const dn_task_context *context)
{
    const dn_frame *frame = &step->op.frame;
    const dn_run_ends *ends = context->ends;
    size_t height = (size_t)frame->grid.height, width = (size_t)frame->grid.width;
    size_t channels = (size_t)frame->channels, y = (size_t)task % height;
    size_t image = (size_t)step->first_image + (size_t)task / height;
    dn_dtype maps = step->kernels->maps;
    float *target = maps != DN_F32 ? context->scratch
                                   : dn_pixel_at(&frame->grid, task / (int)height, (int)y, 0);
    if (ends->input)
        import_floats(frame, ends->input + (image * channels * height + y) * width, target);
    else
        import_bytes(frame, ends->bytes + (image * height + y) * width * channels, ends->values,
                     target);
    if (maps == DN_BF16)
        dn_from_float(
            DN_BF16, target, row_floats(frame),
            (unsigned char *)dn_half_pixel_at(&frame->grid, task / (int)height, (int)y, 0));
    else if (maps == DN_U8)
        to_bytes(frame, target, dn_byte_pixel_at(&frame->grid, task / (int)height, (int)y, 0));
}

/* ---- border: zeros, or the bytes of 0, around an image, one task per image ---- */

static size_t share_border(dn_step *step, int threads)
{
    (void)threads;
    makes(step, step->op.frame.grid, 0, step->op.frame.grid.images);
    return 0;
}

static void run_border(const dn_step *step, int image, const dn_task_context *context)
{
    (void)context;
    const dn_frame *frame = &step->op.frame;
    const dn_grid *grid = &frame->grid;
    ptrdiff_t size = (ptrdiff_t)dn_dtype_size(step->kernels->maps);
    ptrdiff_t pixel = grid->pixel_stride * size, line = grid->row_stride * size;
    char *row =
        (char *)grid->address + image * grid->image_stride * size - frame->before * (line + pixel);
    for (int y = -frame->before; y < grid->height + frame->after; y++, row += line) {
        if (y < 0 || y >= grid->height) {
            memset(row, frame->zero, (size_t)line);
            continue;
        }
        memset(row, frame->zero, (size_t)(frame->before * pixel));
        memset(row + (frame->before + grid->width) * pixel, frame->zero,
               (size_t)(frame->after * pixel));
    }
}

static const char *name_border(const dn_step *step)
{
    (void)step;
    return "border";
}

/* ---- convolutions ---- */

static size_t share_conv(dn_step *step, int threads)
{
    const dn_conv *op = &step->op.conv;
    step->split = dn_split_conv(op, step->kernels, threads);
    makes(step, op->output, op->panels.outputs, dn_split_tasks(&step->split));
    return dn_conv_scratch(step->kernels, op, dn_longest_run(&step->split));
}

static void run_conv(const dn_step *step, int task, const dn_task_context *context)
{
    step->kernels->conv(&step->op.conv, dn_piece_of_task(&step->split, task), context->scratch);
}

static const char *name_conv(const dn_step *step)
{
    static const char *const names[] = {"direct1x1", "direct3x3",   "direct5x5",   "direct7x7",
                                        "direct9x9", "direct11x11", "direct13x13", "direct15x15"};
    return names[step->op.conv.kernel / 2];
}

static double conv_operations(const dn_step *step)
{
    const dn_conv *op = &step->op.conv;
    return product_operations(&op->output, op->panels.depth, op->panels.outputs);
}

static size_t share_pointwise(dn_step *step, int threads)
{
    const dn_pointwise *op = &step->op.pointwise;
    step->split = dn_split_pointwise(op, step->kernels, threads);
    makes(step, op->output, op->panels.outputs, dn_split_tasks(&step->split));
    return dn_pointwise_scratch(op, dn_longest_run(&step->split));
}

static void run_pointwise(const dn_step *step, int task, const dn_task_context *context)
{
    step->kernels->pointwise(&step->op.pointwise, dn_piece_of_task(&step->split, task),
                             context->scratch);
}

static const char *name_pointwise(const dn_step *step)
{
    return step->place.role == DN_ROLE_HEAD ? "linear"
           : step->op.pointwise.pool == 2   ? "pool+conv1x1"
                                            : "conv1x1";
}

/* A transition is defined as convolving before it pools. */
static double pointwise_operations(const dn_step *step)
{
    const dn_pointwise *op = &step->op.pointwise;
    return product_operations(&op->output, op->panels.depth, op->panels.outputs) * op->pool *
           op->pool;
}

static size_t share_winograd(dn_step *step, int threads)
{
    const dn_winograd *op = &step->op.winograd;
    step->split = dn_split_winograd(op, step->kernels, threads);
    makes(step, op->output, op->panels.outputs, dn_split_tasks(&step->split));
    return dn_winograd_scratch(op, step->kernels->lanes, dn_longest_run(&step->split));
}

static void run_winograd(const dn_step *step, int task, const dn_task_context *context)
{
    step->kernels->winograd(&step->op.winograd, dn_piece_of_task(&step->split, task),
                            context->scratch);
}

static const char *name_winograd(const dn_step *step)
{
    (void)step;
    return "winograd3x3";
}

static double winograd_operations(const dn_step *step)
{
    const dn_winograd *op = &step->op.winograd;
    return product_operations(&op->output, 9.0 * op->channels, op->panels.outputs);
}

/* ---- elementwise operations and pools ---- */

static size_t share_activate(dn_step *step, int threads)
{
    (void)threads;
    const dn_activate *op = &step->op.activate;
    makes(step, op->output, op->channels, op->input.images * op->input.height);
    return 0;
}

static void run_activate(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    step->kernels->activate(&step->op.activate, task);
}

static const char *name_activate(const dn_step *step)
{
    (void)step;
    return "activate";
}

static size_t share_max_pool(dn_step *step, int threads)
{
    dn_max_pool *op = &step->op.max_pool;
    int rows = op->output.images * op->output.height;
    op->parts = dn_min(dn_ceil_divide(threads, rows), op->output.width);
    makes(step, op->output, op->channels, dn_max_pool_tasks(op));
    return 0;
}

static void run_max_pool(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    step->kernels->max_pool(&step->op.max_pool, task);
}

static size_t share_blur_pool(dn_step *step, int threads)
{
    (void)threads;
    const dn_blur_pool *op = &step->op.blur_pool;
    makes(step, op->output, op->channels, dn_blur_pool_tasks(op));
    return 0;
}

static void run_blur_pool(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    dn_blur_pool_run(&step->op.blur_pool, task);
}

static size_t share_global_pool(dn_step *step, int threads)
{
    dn_global_pool *op = &step->op.global_pool;
    op->parts = dn_min(threads, dn_ceil_divide(op->channels, DN_POOL_RUN));
    makes(step, dn_vector_grid(op->output, op->input.images, op->channels), op->channels,
          dn_global_pool_tasks(op));
    return 0;
}

static void run_global_pool(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    step->kernels->global_pool(&step->op.global_pool, task);
}

static size_t share_vector_pool(dn_step *step, int threads)
{
    (void)threads;
    const dn_vector_pool *op = &step->op.vector_pool;
    int made = (int)op->stride;
    makes(step, dn_vector_grid(op->output, op->input.images, made), made, dn_vector_pool_tasks(op));
    return 0;
}

static void run_vector_pool(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    dn_pool_vectors(&step->op.vector_pool, task);
}

static size_t share_vector_map(dn_step *step, int threads)
{
    (void)threads;
    const dn_vector_map *op = &step->op.vector_map;
    makes(step, dn_vector_grid(op->out, op->count, op->channels), op->channels, op->count);
    return 0;
}

static void run_vector_map(const dn_step *step, int task, const dn_task_context *context)
{
    (void)context;
    dn_map_vector(&step->op.vector_map, task);
}

static const char *name_vector_map(const dn_step *step)
{
    return step->op.vector_map.affine.scale ? "norm" : "relu";
}

/* ---- export: logits to the caller ---- */

static size_t share_export(dn_step *step, int threads)
{
    (void)threads;
    makes(step, (dn_grid){0}, 0, 1);
    return 0;
}

static void run_export(const dn_step *step, int task, const dn_task_context *context)
{
    (void)task;
    if (step->op.export.count)
        memcpy(context->ends->logits, step->op.export.logits,
               step->op.export.count * sizeof(float));
}

static const dn_step_row rows[] = {
    [DN_STEP_IMPORT] = {share_import, run_import, name_copy, NULL, 1},
    [DN_STEP_BORDER] = {share_border, run_border, name_border, NULL, 1},
    [DN_STEP_CONV] = {share_conv, run_conv, name_conv, conv_operations, 1},
    [DN_STEP_POINTWISE] = {share_pointwise, run_pointwise, name_pointwise, pointwise_operations, 1},
    [DN_STEP_WINOGRAD] = {share_winograd, run_winograd, name_winograd, winograd_operations, 4},
    [DN_STEP_ACTIVATE] = {share_activate, run_activate, name_activate, NULL, 1},
    [DN_STEP_MAX_POOL] = {share_max_pool, run_max_pool, name_pool, NULL, 1},
    [DN_STEP_BLUR_POOL] = {share_blur_pool, run_blur_pool, name_pool, NULL, 1},
    [DN_STEP_GLOBAL_POOL] = {share_global_pool, run_global_pool, name_pool, NULL, 1},
    [DN_STEP_VECTOR_POOL] = {share_vector_pool, run_vector_pool, name_pool, NULL, 1},
    [DN_STEP_VECTOR_MAP] = {share_vector_map, run_vector_map, name_vector_map, NULL, 1},
    [DN_STEP_EXPORT] = {share_export, run_export, name_copy, NULL, 1},
};

const dn_step_row *dn_step_row_of(const dn_step *step)
{
    return &rows[step->kind];
}
