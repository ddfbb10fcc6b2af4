/* SPDX-License-Identifier: MIT */
#include "net/plan.h"

#include "base/memory.h"
#include "net/lifetime.h"

#include <stdlib.h>

/* The same code walks the network twice: first to learn how many steps there
 * are and how long each buffer lives, then, addresses known, to write them. */
typedef struct planner {
    const dn_model *model;
    dn_packed *packed;
    int threads;
    dn_plan *plan;
    dn_buffer buffers[DN_MAX_BUFFERS];
    int buffer_count;
    bool placed;
} planner;

/* Pixel numbers are ints. */
#define MAX_INPUT_PIXELS (1 << 28)

typedef struct extent {
    int height, width;
} extent;

/* Buffers are opened in the same order on both walks. */
static int open_buffer(planner *p, size_t floats)
{
    int id = p->buffer_count++;
    if (!p->placed)
        p->buffers[id] = (dn_buffer){.bytes = floats * sizeof(float),
                                     .first = p->plan->step_count,
                                     .last = p->plan->step_count};
    return id;
}

/* The next step to be added uses the buffer. */
static float *use_buffer(planner *p, int id)
{
    dn_buffer *buffer = &p->buffers[id];
    if (!p->placed && buffer->last < p->plan->step_count)
        buffer->last = p->plan->step_count;
    return p->placed ? p->plan->arena + buffer->offset / sizeof(float) : NULL;
}

static void add_step(planner *p, const dn_step *step)
{
    if (p->placed)
        p->plan->steps[p->plan->step_count] = *step;
    p->plan->step_count++;
}

static void need_scratch(planner *p, size_t floats)
{
    if (floats > p->plan->scratch_floats)
        p->plan->scratch_floats = floats;
}

/* A buffer for a grid with a border. */
typedef struct framed {
    dn_frame frame;
    int buffer;
} framed;

static dn_frame make_frame(const planner *p, extent size, int channels, int before, int behind)
{
    ptrdiff_t row = (ptrdiff_t)(size.width + before + behind) * channels;
    ptrdiff_t image = row * (size.height + before + behind);
    dn_grid grid = {NULL, p->plan->images, size.height, size.width, channels, row, image};
    return (dn_frame){grid, channels, before, behind};
}

static framed open_frame(planner *p, extent size, int channels, int before, int behind)
{
    dn_frame frame = make_frame(p, size, channels, before, behind);
    size_t floats = (size_t)frame.grid.image_stride * (size_t)p->plan->images;
    return (framed){frame, open_buffer(p, floats)};
}

/* The frame as the next step sees it, from a channel on. */
static dn_frame use_frame(planner *p, const framed *made, int channel)
{
    dn_frame frame = made->frame;
    float *base = use_buffer(p, made->buffer);
    if (base)
        frame.grid.data =
            base + frame.before * (frame.grid.row_stride + frame.grid.pixel_stride) + channel;
    return frame;
}

static void add_border(planner *p, const framed *made)
{
    dn_step step = {.kind = DN_STEP_BORDER, .tasks = p->plan->images};
    step.op.frame = use_frame(p, made, 0);
    add_step(p, &step);
}

static void add_conv(planner *p, const dn_conv *conv, dn_point point, int block, int layer)
{
    dn_step step = {.kind = DN_STEP_CONV,
                    .point = point,
                    .block = block,
                    .layer = layer,
                    .made = conv->output,
                    .made_channels = conv->panels.outputs};
    step.op.conv = *conv;
    dn_cut_conv(&step.op.conv, p->packed->kernels, p->threads);
    step.tasks = dn_conv_tasks(&step.op.conv);
    add_step(p, &step);
}

static void add_pointwise(planner *p, const dn_pointwise *op, dn_point point, int block, int layer)
{
    dn_step step = {.kind = DN_STEP_POINTWISE,
                    .point = point,
                    .block = block,
                    .layer = layer,
                    .made = op->output,
                    .made_channels = op->panels.outputs};
    step.op.pointwise = *op;
    dn_cut_pointwise(&step.op.pointwise, p->packed->kernels, p->threads);
    step.tasks = dn_pointwise_tasks(&step.op.pointwise, p->packed->kernels);
    need_scratch(p, dn_pointwise_scratch(&step.op.pointwise));
    add_step(p, &step);
}

/* ---- stem ---- */

static extent conv_extent(extent in, const dn_stem_conv *conv)
{
    int padding = conv->kernel / 2;
    return (extent){(in.height + 2 * padding - conv->kernel) / conv->stride + 1,
                    (in.width + 2 * padding - conv->kernel) / conv->stride + 1};
}

static framed plan_import(planner *p, extent size, int kernel)
{
    framed input = open_frame(p, size, p->model->arch.channels, kernel / 2, kernel / 2);
    dn_step step = {.kind = DN_STEP_IMPORT};
    step.op.frame = use_frame(p, &input, 0);
    step.tasks = p->plan->images * size.height;
    add_border(p, &input);
    add_step(p, &step);
    return input;
}

static void plan_stem_conv(planner *p, const dn_stem_conv *conv, int unit, const framed *input,
                           const framed *output, dn_point point)
{
    const dn_packed_conv *packed = &p->packed->stem[unit];
    dn_conv op = {
        .input = use_frame(p, input, 0).grid,
        .output = use_frame(p, output, 0).grid,
        .channels = conv->in,
        .kernel = conv->kernel,
        .stride = conv->stride,
        .padding = conv->kernel / 2,
        .panels = packed->panels,
        .epilogue = {.bias = packed->bias, .relu = packed->bias != NULL},
    };
    add_conv(p, &op, point, 0, 0);
}

/* The first block's buffer, its first channels filled by the stem. */
static framed plan_stem(planner *p, extent size)
{
    const dn_arch *arch = &p->model->arch;
    dn_stem_conv convs[3];
    int count = dn_stem_convs(arch, convs), width = dn_block_out(arch, 0);
    bool pools = dn_stem_pools(arch);
    framed input = plan_import(p, size, convs[0].kernel);
    for (int unit = 0; unit < count; unit++) {
        bool last = unit == count - 1;
        size = conv_extent(size, &convs[unit]);
        int border = last ? 0 : 1;
        int channels = last && !pools ? width : convs[unit].out;
        framed output = open_frame(p, size, channels, border, border);
        if (border)
            add_border(p, &output);
        plan_stem_conv(p, &convs[unit], unit, &input, &output,
                       last && !pools ? DN_POINT_STEM : DN_POINT_NONE);
        input = output;
    }
    if (!pools)
        return input;
    framed pooled =
        open_frame(p, (extent){(size.height + 1) / 2, (size.width + 1) / 2}, width, 0, 0);
    dn_step step = {.kind = DN_STEP_MAX_POOL, .point = DN_POINT_STEM};
    dn_max_pool op = {use_frame(p, &input, 0).grid, use_frame(p, &pooled, 0).grid,
                      arch->stem_channels};
    step.op.max_pool = op;
    step.made = op.output;
    step.made_channels = arch->stem_channels;
    step.tasks = p->plan->images * op.output.height;
    add_step(p, &step);
    return pooled;
}

/* ---- dense blocks ---- */

/* The activated maps that a layer's 3x3 convolution reads: conv1's output, or
 * in a plain layer the block's maps behind their norm. */
static void plan_window_input(planner *p, const framed *block_maps, const framed *windows,
                              int block, int layer, int channels)
{
    const dn_packed_layer *packed = &p->packed->blocks[block].layers[layer];
    if (packed->bottleneck.outputs) {
        dn_pointwise op = {
            .input = use_frame(p, block_maps, 0).grid,
            .output = use_frame(p, windows, 0).grid,
            .affine = packed->norm,
            .pool = 1,
            .panels = packed->bottleneck,
            .epilogue = {.bias = packed->bottleneck_bias, .relu = true},
        };
        add_pointwise(p, &op, DN_POINT_BOTTLENECK, block, layer);
        return;
    }
    dn_step step = {.kind = DN_STEP_ACTIVATE};
    step.op.activate = (dn_activate){use_frame(p, block_maps, 0).grid,
                                     use_frame(p, windows, 0).grid, channels, packed->norm};
    step.tasks = p->plan->images * block_maps->frame.grid.height;
    add_step(p, &step);
}

static void plan_window(planner *p, const framed *block_maps, const framed *windows, int block,
                        int layer, int channels)
{
    const dn_packed_block *packed = &p->packed->blocks[block];
    const dn_packed_layer *weights = &packed->layers[layer];
    int width = dn_bottleneck_width(&p->model->arch);
    dn_grid input = use_frame(p, windows, 0).grid;
    dn_grid output = use_frame(p, block_maps, channels).grid;
    if (packed->form == DN_WINDOW_DIRECT) {
        dn_conv op = {.input = input,
                      .output = output,
                      .channels = width ? width : channels,
                      .kernel = 3,
                      .stride = 1,
                      .padding = 1,
                      .panels = weights->window};
        add_conv(p, &op, DN_POINT_LAYER, block, layer);
        return;
    }
    dn_step step = {.kind = DN_STEP_WINOGRAD,
                    .point = DN_POINT_LAYER,
                    .block = block,
                    .layer = layer,
                    .made = output,
                    .made_channels = p->model->arch.growth};
    dn_winograd *op = &step.op.winograd;
    *op = (dn_winograd){.input = input,
                        .output = output,
                        .channels = width ? width : channels,
                        .panels = weights->window,
                        .panel_stride = weights->window_stride};
    dn_cut_winograd(op, p->packed->kernels, p->threads);
    step.tasks = dn_winograd_tasks(op);
    need_scratch(p, dn_winograd_scratch(op, p->packed->kernels));
    add_step(p, &step);
}

/* Windows reach one pixel around the image, Winograd's whole 4x4 tiles up to
 * four behind it. */
static framed open_windows(planner *p, const framed *block_maps, int channels)
{
    const dn_grid *grid = &block_maps->frame.grid;
    int below = 4 * dn_ceil_divide(grid->height, 4) - grid->height;
    int right = 4 * dn_ceil_divide(grid->width, 4) - grid->width;
    extent size = {grid->height, grid->width};
    return open_frame(p, size, channels, 1, 1 + (below > right ? below : right));
}

static void plan_block(planner *p, const framed *block_maps, int block)
{
    const dn_arch *arch = &p->model->arch;
    int channels = dn_block_in(arch, block), width = dn_bottleneck_width(arch);
    framed windows = open_windows(p, block_maps, width ? width : dn_block_out(arch, block));
    if (width)
        add_border(p, &windows);
    for (int layer = 0; layer < arch->blocks[block]; layer++, channels += arch->growth) {
        if (!width) { /* a plain layer's windows have its own number of channels */
            const dn_frame *old = &windows.frame;
            extent size = {old->grid.height, old->grid.width};
            windows.frame = make_frame(p, size, channels, old->before, old->behind);
            add_border(p, &windows);
        }
        plan_window_input(p, block_maps, &windows, block, layer, channels);
        plan_window(p, block_maps, &windows, block, layer, channels);
    }
}

/* The next block's buffer, its first channels filled by the transition. */
static framed plan_transition(planner *p, const framed *block_maps, int block)
{
    const dn_packed_block *packed = &p->packed->blocks[block];
    const dn_grid *grid = &block_maps->frame.grid;
    framed next = open_frame(p, (extent){grid->height / 2, grid->width / 2},
                             dn_block_out(&p->model->arch, block + 1), 0, 0);
    dn_pointwise op = {
        .input = use_frame(p, block_maps, 0).grid,
        .output = use_frame(p, &next, 0).grid,
        .affine = packed->norm,
        .pool = 2,
        .panels = packed->transition,
    };
    add_pointwise(p, &op, DN_POINT_TRANSITION, block, 0);
    return next;
}

/* ---- head ---- */

static dn_grid vector_grid(float *data, int images, int channels)
{
    return (dn_grid){data, images, 1, 1, channels, channels, channels};
}

static void plan_head(planner *p, const framed *block_maps)
{
    const dn_arch *arch = &p->model->arch;
    int last = arch->block_count - 1, channels = dn_block_out(arch, last), images = p->plan->images;
    int pooled = open_buffer(p, (size_t)images * (size_t)channels);
    dn_step step = {.kind = DN_STEP_GLOBAL_POOL, .point = DN_POINT_POOL};
    dn_global_pool op = {.input = use_frame(p, block_maps, 0).grid,
                         .output = use_buffer(p, pooled),
                         .channels = channels,
                         .affine = p->packed->blocks[last].norm,
                         .channels_per_task = 64};
    step.op.global_pool = op;
    step.made = vector_grid(op.output, images, channels);
    step.made_channels = channels;
    step.tasks = images * dn_ceil_divide(channels, op.channels_per_task);
    add_step(p, &step);

    int logits = open_buffer(p, (size_t)images * (size_t)arch->classes);
    dn_pointwise linear = {.input = vector_grid(use_buffer(p, pooled), images, channels),
                           .output = vector_grid(use_buffer(p, logits), images, arch->classes),
                           .pool = 1,
                           .panels = p->packed->head,
                           .epilogue = {.bias = p->packed->head_bias}};
    add_pointwise(p, &linear, DN_POINT_LOGITS, 0, 0);
    dn_step export = {.kind = DN_STEP_EXPORT, .tasks = 1};
    export.op.export.logits = use_buffer(p, logits);
    export.op.export.count = (size_t)images * (size_t)arch->classes;
    use_frame(p, block_maps, 0); /* the heat map reads the last block after the run */
    add_step(p, &export);
}

static void plan_network(planner *p)
{
    const dn_arch *arch = &p->model->arch;
    p->plan->step_count = 0;
    p->plan->scratch_floats = 0;
    p->buffer_count = 0;
    framed maps = plan_stem(p, (extent){p->plan->height, p->plan->width});
    for (int block = 0; block < arch->block_count; block++) {
        plan_block(p, &maps, block);
        p->plan->blocks[block] = use_frame(p, &maps, 0).grid;
        if (block + 1 < arch->block_count)
            maps = plan_transition(p, &maps, block);
    }
    plan_head(p, &maps);
}

static dn_status choose_forms(planner *p)
{
    const dn_arch *arch = &p->model->arch;
    for (int block = 0; block < arch->block_count; block++) {
        const dn_grid *grid = &p->plan->blocks[block];
        DN_TRY(dn_packed_set_form(p->packed, p->model, block,
                                  dn_choose_form(p->packed->kernels, grid->height, grid->width)));
    }
    return DN_OK;
}

static dn_status fill_plan(planner *p)
{
    dn_plan *plan = p->plan;
    plan_network(p);
    DN_TRY(choose_forms(p));
    plan->arena_bytes = dn_place_buffers(p->buffers, p->buffer_count);
    DN_TRY(dn_alloc_aligned(plan->arena_bytes, 1, &plan->arena));
    DN_TRY(dn_calloc((size_t)plan->step_count, sizeof *plan->steps, &plan->steps));
    p->placed = true;
    plan_network(p);
    return DN_OK;
}

dn_status dn_plan_create(const dn_model *model, dn_packed *packed, int threads, int images,
                         int height, int width, dn_plan **out)
{
    const dn_arch *arch = &model->arch;
    int smallest = dn_arch_smallest_input(arch);
    if (images < 1 || height < smallest || width < smallest)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "input of %d pictures of %dx%d: at least one of %dx%d is expected", images,
                       width, height, smallest, smallest);
    if ((int64_t)images * height * width > MAX_INPUT_PIXELS)
        return dn_fail(DN_ERROR_LIMIT, "input of %d pictures of %dx%d: more than %d pixels", images,
                       width, height, MAX_INPUT_PIXELS);
    dn_plan *plan;
    DN_TRY(dn_calloc(1, sizeof *plan, &plan));
    plan->images = images;
    plan->height = height;
    plan->width = width;
    planner p = {.model = model, .packed = packed, .threads = threads, .plan = plan};
    dn_status status = fill_plan(&p);
    if (status != DN_OK) {
        dn_plan_free(plan);
        return status;
    }
    *out = plan;
    return DN_OK;
}

void dn_plan_free(dn_plan *plan)
{
    if (!plan)
        return;
    free(plan->arena);
    free(plan->steps);
    free(plan);
}
