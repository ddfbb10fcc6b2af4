/* SPDX-License-Identifier: MIT */
/* 1x1 convolutions that normalise, and pool, while they pack. */
#include "checker.h"

#include <stdlib.h>

typedef struct pointwise_shape {
    int images, height, width; /* of the output */
    int depth, outputs, pool;
    dn_dtype type;
} pointwise_shape;

typedef struct pointwise_case {
    dn_pointwise op;
    pixel_map input, output;
    float *weight, *bias, *scale, *shift, *panels;
} pointwise_case;

static pointwise_case new_case(check_run *run, const pointwise_shape *shape)
{
    /* A pooled input may have an odd row and column that no output reads. */
    int odd = shape->pool == 2 ? pick(run, 0, 1) : 0;
    map_shape input = {.images = shape->images,
                       .height = shape->height * shape->pool + odd,
                       .width = shape->width * shape->pool + odd,
                       .channels = shape->depth};
    map_shape output = {.images = shape->images,
                        .height = shape->height,
                        .width = shape->width,
                        .channels = shape->outputs};
    dn_panels panels = empty_panels(run->kernels, shape->type, shape->depth, shape->outputs);
    size_t depth = (size_t)shape->depth, outputs = (size_t)shape->outputs;
    pointwise_case pointwise = {.input = new_input(run, &input),
                                .output = new_output(run, &output),
                                .weight = random_floats(run, depth * outputs, -1, 1),
                                .bias = random_floats(run, outputs, -1, 1),
                                .scale = random_floats(run, depth, -2, 2),
                                .shift = random_floats(run, depth, -1, 1)};
    pointwise.panels = new_scratch(panel_floats(run->kernels, &panels));
    pack_weights(run->kernels, DN_WINDOW_DIRECT, &panels, pointwise.weight, 1, pointwise.panels);
    panels.data = pointwise.panels;
    pointwise.op = (dn_pointwise){
        .input = pointwise.input.grid,
        .output = pointwise.output.grid,
        .affine = {.scale = pointwise.scale, .shift = pointwise.shift, .linear = toss(run)},
        .pool = shape->pool,
        .panels = panels};
    return pointwise;
}

static void free_case(pointwise_case *pointwise)
{
    free_map(&pointwise->input);
    free_map(&pointwise->output);
    free(pointwise->weight);
    free(pointwise->bias);
    free(pointwise->scale);
    free(pointwise->shift);
    free(pointwise->panels);
}

typedef struct pointwise_work {
    dn_pointwise op;
    dn_work_split split;
} pointwise_work;

static void run_task(const dn_kernels *kernels, const void *context, int task, float *scratch)
{
    const pointwise_work *work = context;
    kernels->pointwise(&work->op, dn_piece_of_task(&work->split, task), scratch);
}

static void run_into(check_run *run, const dn_kernels *kernels, const pointwise_case *pointwise,
                     const dn_panels *panels, pixel_map *output, int runs, int groups)
{
    table_maps maps = open_maps(kernels, &pointwise->input, output);
    pointwise_work work = {pointwise->op,
                           new_split(kernels, dn_grid_pixels(&output->grid), panels, runs, groups)};
    work.op.input = maps.input;
    work.op.output = maps.output;
    work.op.panels = *panels;
    size_t scratch = dn_pointwise_scratch(&work.op, dn_longest_run(&work.split));
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_task,
                                     .op = &work,
                                     .tasks = dn_split_tasks(&work.split),
                                     .scratch = scratch});
    close_maps(&maps);
}

static void run_reference(check_run *run, const pointwise_case *pointwise, pixel_map *output)
{
    const dn_kernels *reference = &dn_kernels_reference;
    const dn_panels *own = &pointwise->op.panels;
    dn_panels panels = empty_panels(reference, own->type, own->depth, own->outputs);
    float *data = new_scratch(panel_floats(reference, &panels));
    pack_weights(reference, DN_WINDOW_DIRECT, &panels, pointwise->weight, 1, data);
    panels.data = data;
    run_into(run, reference, pointwise, &panels, output, 1, 1);
    free(data);
}

static void test(check_run *run)
{
    pointwise_shape shape = {.images = pick(run, 1, 3),
                             .height = pick(run, 1, 12),
                             .width = pick(run, 1, 12),
                             .depth = pick(run, 1, toss(run) ? 40 : 300),
                             .outputs = pick(run, 1, 130),
                             .pool = pick(run, 1, 2),
                             .type = pick_type(run)};
    pointwise_case pointwise = new_case(run, &shape);
    dn_pointwise *op = &pointwise.op;
    op->epilogue = (dn_epilogue){
        .bias = toss(run) ? pointwise.bias : NULL, .relu = toss(run), .accumulate = toss(run)};
    if (run->kernels->maps == DN_F32 && shape.pool == 1 && pick(run, 0, 3) == 0)
        op->affine = (dn_affine){0};
    if (pick(run, 0, 3) == 0)
        poison(run, &pointwise.input);
    describe(run,
             "%d x %dx%d, %d -> %d, pool %d, type %d, affine %d, bias %d, relu %d, accumulate %d",
             shape.images, shape.height, shape.width, shape.depth, shape.outputs, shape.pool,
             (int)shape.type, op->affine.scale != NULL, op->epilogue.bias != NULL,
             op->epilogue.relu, op->epilogue.accumulate);
    pixel_map before = copy_map(&pointwise.output), expected = copy_map(&pointwise.output),
              split = copy_map(&pointwise.output);
    int pixels = dn_grid_pixels(&pointwise.output.grid);
    run_into(run, run->kernels, &pointwise, &op->panels, &pointwise.output, 1, 1);
    run_into(run, run->kernels, &pointwise, &op->panels, &split, pick(run, 1, pixels),
             pick(run, 1, 9));
    run_reference(run, &pointwise, &expected);
    compare_maps(run, &pointwise.output, &expected, &before, tolerance_of(run, shape.depth));
    compare_splits(run, &pointwise.output, &split);
    free_map(&before);
    free_map(&expected);
    free_map(&split);
    free_case(&pointwise);
}

static void bench(check_run *run)
{
    static const pointwise_shape shapes[] = {
        {1, 56, 56, 64, 128, 1, DN_F32},  {1, 56, 56, 128, 128, 1, DN_F32},
        {1, 56, 56, 224, 128, 1, DN_F32}, {1, 28, 28, 128, 128, 1, DN_F32},
        {1, 28, 28, 320, 128, 1, DN_F32}, {1, 28, 28, 480, 128, 1, DN_F32},
        {1, 14, 14, 256, 128, 1, DN_F32}, {1, 14, 14, 640, 128, 1, DN_F32},
        {1, 14, 14, 992, 128, 1, DN_F32}, {1, 7, 7, 512, 128, 1, DN_F32},
        {1, 7, 7, 992, 128, 1, DN_F32},   {1, 28, 28, 256, 128, 2, DN_F32},
        {1, 14, 14, 512, 256, 2, DN_F32}, {1, 7, 7, 1024, 512, 2, DN_F32},
        {16, 32, 32, 120, 48, 1, DN_F32}, {16, 16, 16, 300, 150, 2, DN_F32}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const pointwise_shape *shape = &shapes[i];
        pointwise_case pointwise = new_case(run, shape);
        dn_pointwise *op = &pointwise.op;
        op->epilogue = (dn_epilogue){.bias = pointwise.bias, .relu = true};
        int pixels = dn_grid_pixels(&op->output);
        pointwise_work work = {*op, new_split(run->kernels, pixels, &op->panels,
                                              dn_ceil_divide(pixels, DN_MAX_BLOCK_PIXELS), 1)};
        describe(run, "%d x %dx%d, %d -> %d, pool %d", shape->images, shape->height, shape->width,
                 shape->depth, shape->outputs, shape->pool);
        time_work(run,
                  &(kernel_work){.kernels = run->kernels,
                                 .body = run_task,
                                 .op = &work,
                                 .tasks = dn_split_tasks(&work.split),
                                 .scratch = dn_pointwise_scratch(op, dn_longest_run(&work.split))},
                  2.0 * pixels * shape->depth * shape->outputs, 0);
        free_case(&pointwise);
    }
}

const kernel_check pointwise_check = {"pointwise", test, bench};
