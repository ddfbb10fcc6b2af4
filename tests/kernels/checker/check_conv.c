/* SPDX-License-Identifier: MIT */
/* Convolutions over windows: the stem, dense 3x3 layers, plain layers. */
#include "checker.h"

#include <stdlib.h>

typedef struct conv_shape {
    int images, height, width, channels, outputs, kernel, stride;
    dn_dtype type;
} conv_shape;

typedef struct conv_case {
    dn_conv op;
    pixel_map input, output;
    float *weight, *bias, *panels;
} conv_case;

static conv_case new_case(check_run *run, const conv_shape *shape)
{
    int window = shape->kernel * shape->kernel, padding = shape->kernel / 2;
    map_shape input = {.images = shape->images,
                       .height = shape->height,
                       .width = shape->width,
                       .channels = shape->channels,
                       .before = padding,
                       .after = padding,
                       .dense = true};
    map_shape output = {.images = shape->images,
                        .height = (shape->height - 1) / shape->stride + 1,
                        .width = (shape->width - 1) / shape->stride + 1,
                        .channels = shape->outputs};
    dn_panels panels =
        empty_panels(run->kernels, shape->type, window * shape->channels, shape->outputs);
    conv_case conv = {.input = new_input(run, &input), .output = new_output(run, &output)};
    conv.weight = random_floats(run, (size_t)panels.depth * (size_t)panels.outputs, -1, 1);
    conv.bias = random_floats(run, (size_t)shape->outputs, -1, 1);
    conv.panels = new_scratch(panel_floats(run->kernels, &panels));
    pack_weights(run->kernels, DN_WINDOW_DIRECT, &panels, conv.weight, shape->kernel, conv.panels);
    panels.data = conv.panels;
    conv.op = (dn_conv){.input = conv.input.grid,
                        .output = conv.output.grid,
                        .channels = shape->channels,
                        .kernel = shape->kernel,
                        .stride = shape->stride,
                        .padding = padding,
                        .panels = panels};
    return conv;
}

static void free_case(conv_case *conv)
{
    free_map(&conv->input);
    free_map(&conv->output);
    free(conv->weight);
    free(conv->bias);
    free(conv->panels);
}

typedef struct conv_work {
    dn_conv op;
    dn_work_split split;
} conv_work;

static void run_task(const dn_kernels *kernels, const void *context, int task, float *scratch)
{
    const conv_work *work = context;
    kernels->conv(&work->op, dn_piece_of_task(&work->split, task), scratch);
}

/* Runs op into `output`, split into runs and groups. */
static void run_into(check_run *run, const dn_kernels *kernels, const conv_case *conv,
                     const dn_panels *panels, pixel_map *output, int runs, int groups)
{
    bool floats = conv->op.epilogue.floats;
    table_maps maps = open_maps(kernels, &conv->input, floats ? NULL : output);
    conv_work work = {conv->op,
                      new_split(kernels, dn_grid_pixels(&output->grid), panels, runs, groups)};
    work.op.input = maps.input;
    work.op.output = floats ? output->grid : maps.output;
    work.op.panels = *panels;
    size_t scratch = dn_conv_scratch(kernels, &work.op, dn_longest_run(&work.split));
    run_shuffled(run, &(kernel_work){.kernels = kernels,
                                     .body = run_task,
                                     .op = &work,
                                     .tasks = dn_split_tasks(&work.split),
                                     .scratch = scratch});
    close_maps(&maps);
}

static void run_reference(check_run *run, const conv_case *conv, pixel_map *output)
{
    const dn_kernels *reference = &dn_kernels_reference;
    const dn_panels *own = &conv->op.panels;
    dn_panels panels = empty_panels(reference, own->type, own->depth, own->outputs);
    float *data = new_scratch(panel_floats(reference, &panels));
    pack_weights(reference, DN_WINDOW_DIRECT, &panels, conv->weight, conv->op.kernel, data);
    panels.data = data;
    run_into(run, reference, conv, &panels, output, 1, pick(run, 1, 9));
    free(data);
}

static void test(check_run *run)
{
    static const int kernel_sizes[] = {1, 3, 3, 3, 5, 7};
    bool in_place = pick(run, 0, 3) == 0; /* windows of whole units, in lines of many tiles */
    conv_shape shape = {.images = pick(run, 1, 3),
                        .height = pick(run, 1, in_place ? 5 : 13),
                        .width = pick(run, 1, in_place ? 50 : 13),
                        .channels = in_place ? 32 * pick(run, 1, 2) : pick(run, 1, 24),
                        .outputs = pick(run, 1, toss(run) ? 40 : 130),
                        .kernel = kernel_sizes[pick(run, 0, 5)],
                        .stride = pick(run, 1, 2),
                        .type = pick_type(run)};
    conv_case conv = new_case(run, &shape);
    dn_epilogue *epilogue = &conv.op.epilogue;
    *epilogue = (dn_epilogue){
        .bias = toss(run) ? conv.bias : NULL, .relu = toss(run), .accumulate = toss(run)};
    epilogue->floats = run->kernels->maps == DN_BF16 && toss(run);
    describe(run,
             "%d x %dx%dx%d -> %d, kernel %d/%d, type %d, bias %d, relu %d, accumulate %d, "
             "into floats %d",
             shape.images, shape.height, shape.width, shape.channels, shape.outputs, shape.kernel,
             shape.stride, (int)shape.type, epilogue->bias != NULL, epilogue->relu,
             epilogue->accumulate, epilogue->floats);
    if (pick(run, 0, 3) == 0)
        poison(run, &conv.input);
    pixel_map before = copy_map(&conv.output), expected = copy_map(&conv.output),
              split = copy_map(&conv.output);
    int pixels = dn_grid_pixels(&conv.output.grid);
    run_into(run, run->kernels, &conv, &conv.op.panels, &conv.output, 1, 1);
    run_into(run, run->kernels, &conv, &conv.op.panels, &split, pick(run, 1, pixels),
             pick(run, 1, 9));
    run_reference(run, &conv, &expected);
    int depth = conv.op.panels.depth;
    compare_maps(run, &conv.output, &expected, &before,
                 epilogue->floats ? 2 * sum_tolerance(depth) : tolerance_of(run, depth));
    compare_splits(run, &conv.output, &split);
    free_map(&before);
    free_map(&expected);
    free_map(&split);
    free_case(&conv);
}

static void bench(check_run *run)
{
    static const conv_shape shapes[] = {
        {1, 224, 224, 3, 64, 7, 2, DN_F32}, {1, 56, 56, 128, 32, 3, 1, DN_F32},
        {1, 28, 28, 128, 32, 3, 1, DN_F32}, {1, 14, 14, 128, 32, 3, 1, DN_F32},
        {1, 7, 7, 128, 32, 3, 1, DN_F32},   {8, 7, 7, 128, 32, 3, 1, DN_F32},
        {1, 14, 14, 192, 48, 3, 1, DN_F32}, {16, 32, 32, 48, 12, 3, 1, DN_F32},
        {16, 32, 32, 160, 12, 3, 1, DN_F32}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const conv_shape *shape = &shapes[i];
        conv_case conv = new_case(run, shape);
        conv.op.epilogue = (dn_epilogue){.bias = conv.bias, .relu = true};
        describe(run, "%d x %dx%d, %d -> %d, %dx%d/%d", shape->images, shape->height, shape->width,
                 shape->channels, shape->outputs, shape->kernel, shape->kernel, shape->stride);
        int pixels = dn_grid_pixels(&conv.output.grid);
        conv_work work = {conv.op, new_split(run->kernels, pixels, &conv.op.panels,
                                             dn_ceil_divide(pixels, DN_MAX_BLOCK_PIXELS), 1)};
        time_work(run,
                  &(kernel_work){.kernels = run->kernels,
                                 .body = run_task,
                                 .op = &work,
                                 .tasks = dn_split_tasks(&work.split)},
                  2.0 * pixels * conv.op.panels.depth * conv.op.panels.outputs, 0);
        free_case(&conv);
    }
}

const kernel_check conv_check = {"conv", test, bench};
