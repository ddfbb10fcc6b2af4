/* SPDX-License-Identifier: MIT */
/* Winograd's 3x3 convolution, compared with the direct one. */
#include "checker.h"

#include <math.h>
#include <stdlib.h>

typedef struct winograd_shape {
    int images, height, width, channels, outputs;
    dn_dtype type;
} winograd_shape;

typedef struct winograd_case {
    dn_winograd op;
    pixel_map input, output;
    float *weight, *bias, *panels;
} winograd_case;

static winograd_case new_case(check_run *run, const winograd_shape *shape)
{
    map_shape input = {.images = shape->images,
                       .height = shape->height,
                       .width = shape->width,
                       .channels = shape->channels,
                       .before = 1,
                       .after = 4,
                       .dense = toss(run)};
    map_shape output = {.images = shape->images,
                        .height = shape->height,
                        .width = shape->width,
                        .channels = shape->outputs};
    size_t channels = (size_t)shape->channels, outputs = (size_t)shape->outputs;
    winograd_case winograd = {.input = new_input(run, &input),
                              .output = new_output(run, &output),
                              .weight = random_floats(run, channels * outputs * 9, -1, 1),
                              .bias = random_floats(run, outputs, -1, 1)};
    dn_panels panels = empty_panels(run->kernels, shape->type, shape->channels, shape->outputs);
    winograd.panels = new_scratch(36 * dn_winograd_stride(&panels, run->kernels->lanes));
    panels.data = winograd.panels;
    pack_weights(run->kernels, DN_WINDOW_WINOGRAD, &panels, winograd.weight, 3, winograd.panels);
    winograd.op = (dn_winograd){.input = winograd.input.grid,
                                .output = winograd.output.grid,
                                .channels = shape->channels,
                                .panels = panels};
    return winograd;
}

static void free_case(winograd_case *winograd)
{
    free_map(&winograd->input);
    free_map(&winograd->output);
    free(winograd->weight);
    free(winograd->bias);
    free(winograd->panels);
}

typedef struct winograd_work {
    dn_winograd op;
    dn_work_split split;
} winograd_work;

static void run_task(const dn_kernels *kernels, const void *context, int task, float *scratch)
{
    const winograd_work *work = context;
    kernels->winograd(&work->op, dn_piece_of_task(&work->split, task), scratch);
}

static kernel_work work_of(const dn_kernels *kernels, const winograd_work *work)
{
    return (kernel_work){
        .kernels = kernels,
        .body = run_task,
        .op = work,
        .tasks = dn_split_tasks(&work->split),
        .scratch = dn_winograd_scratch(&work->op, kernels->lanes, dn_longest_run(&work->split))};
}

static void run_into(check_run *run, const winograd_case *winograd, pixel_map *output, int runs,
                     int groups)
{
    const dn_winograd *op = &winograd->op;
    bool floats = op->epilogue.floats;
    table_maps maps = open_maps(run->kernels, &winograd->input, floats ? NULL : output);
    winograd_work work = {
        *op, new_split(run->kernels, dn_winograd_tiles(op), &op->panels, runs, groups)};
    work.op.input = maps.input;
    work.op.output = floats ? output->grid : maps.output;
    kernel_work shuffled = work_of(run->kernels, &work);
    run_shuffled(run, &shuffled);
    close_maps(&maps);
}

/* A conv wants its pixels side by side. */
static pixel_map dense_copy(check_run *run, const pixel_map *source)
{
    map_shape shape = {.images = source->grid.images,
                       .height = source->grid.height,
                       .width = source->grid.width,
                       .channels = source->channels,
                       .before = 1,
                       .after = 1,
                       .dense = true};
    pixel_map copy = new_input(run, &shape);
    for (int image = 0; image < shape.images; image++)
        for (int y = 0; y < shape.height; y++)
            for (int x = 0; x < shape.width; x++)
                for (int c = 0; c < shape.channels; c++)
                    map_pixel(&copy, image, y, x)[c] = map_pixel(source, image, y, x)[c];
    return copy;
}

/* Rounded matrices are another convolution than rounded windows: the same algorithm. */
static void run_transformed(const winograd_case *winograd, pixel_map *output)
{
    const dn_kernels *reference = &dn_kernels_reference;
    dn_winograd op = winograd->op;
    float *panels = new_scratch(36 * dn_winograd_stride(&op.panels, reference->lanes));
    pack_weights(reference, DN_WINDOW_WINOGRAD, &op.panels, winograd->weight, 3, panels);
    op.panels.data = panels;
    op.output = output->grid;
    dn_piece all = {0, dn_winograd_tiles(&op), 0, dn_panel_count(reference, op.panels.outputs)};
    reference->winograd(&op, all, NULL);
    free(panels);
}

static void run_direct(check_run *run, const winograd_case *winograd, pixel_map *output)
{
    const dn_kernels *reference = &dn_kernels_reference;
    const dn_winograd *op = &winograd->op;
    int depth = 9 * op->channels, outputs = op->panels.outputs;
    pixel_map input = dense_copy(run, &winograd->input);
    float *data = new_scratch(dn_panels_size(reference->lanes, depth, outputs));
    dn_panels panels = {.data = data, .depth = depth, .outputs = outputs};
    pack_weights(reference, DN_WINDOW_DIRECT, &panels, winograd->weight, 3, data);
    dn_conv conv = {.input = input.grid,
                    .output = output->grid,
                    .channels = op->channels,
                    .kernel = 3,
                    .stride = 1,
                    .padding = 1,
                    .panels = panels,
                    .epilogue = op->epilogue};
    dn_piece all = {0, dn_grid_pixels(&output->grid), 0, dn_panel_count(reference, outputs)};
    reference->conv(&conv, all, NULL);
    free(data);
    free_map(&input);
}

static void run_reference(check_run *run, const winograd_case *winograd, pixel_map *output)
{
    if (winograd->op.panels.type == DN_F32)
        run_direct(run, winograd, output);
    else
        run_transformed(winograd, output);
}

/* A NaN may reach all outputs of its tiles; there, only what the direct
 * convolution makes NaN must be NaN. */
static void excuse_tiles(const winograd_case *winograd, pixel_map *expected)
{
    const dn_grid *grid = &expected->grid;
    for (int image = 0; image < grid->images; image++)
        for (int y = 0; y < grid->height; y++)
            for (int x = 0; x < grid->width; x++) {
                const float *actual = map_pixel(&winograd->output, image, y, x);
                float *pixel = map_pixel(expected, image, y, x);
                bool touched = false;
                for (int i = y / 4 * 4 - 1; i < y / 4 * 4 + 5; i++)
                    for (int j = x / 4 * 4 - 1; j < x / 4 * 4 + 5; j++)
                        for (int c = 0; c < winograd->input.channels; c++)
                            touched |= isnan(map_pixel(&winograd->input, image, i, j)[c]) != 0;
                for (int n = 0; touched && n < expected->channels; n++)
                    if (isnan(actual[n]))
                        pixel[n] = actual[n];
            }
}

static void test(check_run *run)
{
    winograd_shape shape = {.images = pick(run, 1, 3),
                            .height = pick(run, 1, 19),
                            .width = pick(run, 1, 19),
                            .channels = pick(run, 1, 40),
                            .outputs = pick(run, 1, 50),
                            .type = pick_type(run)};
    winograd_case winograd = new_case(run, &shape);
    dn_epilogue *epilogue = &winograd.op.epilogue;
    *epilogue = (dn_epilogue){
        .bias = toss(run) ? winograd.bias : NULL, .relu = toss(run), .accumulate = toss(run)};
    epilogue->floats = run->kernels->maps == DN_BF16 && toss(run);
    describe(run, "%d x %dx%dx%d -> %d, type %d, bias %d, relu %d, accumulate %d, into floats %d",
             shape.images, shape.height, shape.width, shape.channels, shape.outputs,
             (int)shape.type, epilogue->bias != NULL, epilogue->relu, epilogue->accumulate,
             epilogue->floats);
    if (winograd.op.panels.unit)
        make_exact(&winograd.input);
    /* Plain C multiplies by zeros, too, which spreads NaN further. */
    bool poisoned = shape.type == DN_F32 && pick(run, 0, 3) == 0;
    if (poisoned)
        poison(run, &winograd.input);
    pixel_map before = copy_map(&winograd.output), expected = copy_map(&winograd.output),
              split = copy_map(&winograd.output);
    int tiles = dn_winograd_tiles(&winograd.op);
    run_into(run, &winograd, &winograd.output, 1, 1);
    run_into(run, &winograd, &split, pick(run, 1, tiles), pick(run, 1, 4));
    run_reference(run, &winograd, &expected);
    if (poisoned)
        excuse_tiles(&winograd, &expected);
    compare_maps(run, &winograd.output, &expected, &before,
                 2e-5 + (epilogue->floats ? 0 : stored_tolerance(run->kernels)));
    compare_splits(run, &winograd.output, &split);
    free_map(&before);
    free_map(&expected);
    free_map(&split);
    free_case(&winograd);
}

/* GFLOP/s as the direct convolution would count them. */
static void bench(check_run *run)
{
    static const winograd_shape shapes[] = {
        {1, 56, 56, 128, 32, DN_F32}, {1, 28, 28, 128, 32, DN_F32}, {1, 14, 14, 128, 32, DN_F32},
        {8, 14, 14, 128, 32, DN_F32}, {1, 7, 7, 128, 32, DN_F32},   {8, 7, 7, 128, 32, DN_F32},
        {1, 28, 28, 192, 48, DN_F32}, {16, 32, 32, 48, 12, DN_F32}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const winograd_shape *shape = &shapes[i];
        winograd_case winograd = new_case(run, shape);
        dn_winograd *op = &winograd.op;
        op->epilogue = (dn_epilogue){.bias = winograd.bias, .relu = true};
        int tiles = dn_winograd_tiles(op);
        winograd_work work = {
            *op, new_split(run->kernels, tiles, &op->panels, dn_ceil_divide(tiles, 24), 1)};
        kernel_work timed = work_of(run->kernels, &work);
        describe(run, "%d x %dx%d, %d -> %d", shape->images, shape->height, shape->width,
                 shape->channels, shape->outputs);
        time_work(run, &timed,
                  2.0 * dn_grid_pixels(&op->output) * 9 * shape->channels * shape->outputs, 0);
        free_case(&winograd);
    }
}

const kernel_check winograd_check = {"winograd", test, bench};
