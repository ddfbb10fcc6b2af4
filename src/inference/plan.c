/* SPDX-License-Identifier: MIT */
#include "inference/plan.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "inference/planner.h"

#include <stdlib.h>

/* Pixel numbers are ints. */
#define MAX_INPUT_PIXELS (1 << 28)

static void plan_stem_conv(dn_planner *p, const dn_stem_conv *conv, int unit,
                           const dn_framed *input, const dn_framed *output, dn_point point)
{
    const dn_prepared_conv *packed = &p->packed->stem[unit];
    dn_conv op = {
        .input = dn_use_grid(p, input, 0),
        .output = dn_use_grid(p, output, 0),
        .channels = conv->in,
        .kernel = conv->kernel,
        .stride = conv->stride,
        .padding = conv->kernel / 2,
        .panels = packed->panels,
        .epilogue = {.bias = packed->bias, .relu = packed->bias != NULL},
    };
    dn_add_conv(p, &op, point);
}

/* The first block's maps, their first channels filled by the stem. */
static void plan_stem(dn_planner *p, const dn_framed *maps, int first_image)
{
    const dn_arch *arch = &p->model->arch;
    int images = maps->frame.grid.images;
    bool pools = dn_stem_pools(arch);
    dn_stem_conv convs[3];
    int count = dn_stem_convs(arch, convs);
    dn_framed input = dn_some_images(&p->input, 0, images), output = input;
    p->place = (dn_place){.stage = DN_STAGE_STEM};
    dn_add_border(p, &input);
    dn_add_import(p, &input, first_image);
    for (int unit = 0; unit < count; unit++, input = output) {
        bool last = unit + 1 == count;
        output = last && !pools ? *maps : dn_some_images(&p->stem[unit], 0, images);
        if (!last)
            dn_add_border(p, &output);
        plan_stem_conv(p, &convs[unit], unit, &input, &output,
                       last && !pools ? DN_POINT_STEM : DN_POINT_NONE);
    }
    if (pools) {
        dn_max_pool op = {.input = dn_use_grid(p, &input, 0),
                          .output = dn_use_grid(p, maps, 0),
                          .channels = arch->stem_channels};
        dn_add_max_pool(p, &op, DN_POINT_STEM);
    }
}

/* The activated maps that a layer's 3x3 convolution reads: conv1's output, or
 * in a plain layer the block's maps behind their norm. */
static void plan_window_input(dn_planner *p, const dn_framed *maps, const dn_framed *windows,
                              int channels)
{
    const dn_prepared_layer *packed = &p->packed->blocks[p->place.block].layers[p->place.layer];
    if (packed->bottleneck.outputs) {
        dn_pointwise op = {
            .input = dn_use_grid(p, maps, 0),
            .output = dn_use_grid(p, windows, 0),
            .affine = packed->norm,
            .pool = 1,
            .panels = packed->bottleneck,
            .epilogue = {.bias = packed->bottleneck_bias, .relu = true},
        };
        dn_add_pointwise(p, &op, DN_POINT_BOTTLENECK);
        return;
    }
    dn_activate op = {dn_use_grid(p, maps, 0), dn_use_grid(p, windows, 0), channels, packed->norm};
    dn_add_activate(p, &op);
}

/* The 3x3 convolution, into the block's maps behind the `channels` it has. */
static void plan_window(dn_planner *p, const dn_framed *maps, const dn_framed *windows,
                        int channels)
{
    const dn_prepared_block *block = &p->packed->blocks[p->place.block];
    const dn_prepared_layer *packed = &block->layers[p->place.layer];
    dn_grid input = dn_use_grid(p, windows, 0), output = dn_use_grid(p, maps, channels);
    if (block->form == DN_WINDOW_WINOGRAD) {
        dn_winograd op = {
            .input = input,
            .output = output,
            .channels = windows->frame.channels,
            .panels = packed->window,
            .panel_stride = packed->window_stride,
        };
        dn_add_winograd(p, &op, DN_POINT_LAYER);
        return;
    }
    dn_conv op = {
        .input = input,
        .output = output,
        .channels = windows->frame.channels,
        .kernel = 3,
        .stride = 1,
        .padding = 1,
        .panels = packed->window,
    };
    dn_add_conv(p, &op, DN_POINT_LAYER);
}

static void plan_layers(dn_planner *p, const dn_framed *maps, int block)
{
    const dn_arch *arch = &p->model->arch;
    int channels = dn_block_in(arch, block), width = dn_bottleneck_width(arch);
    int images = maps->frame.grid.images;
    dn_framed windows = dn_some_images(&p->blocks[block].windows, 0, images);
    dn_frame *frame = &windows.frame;
    for (int layer = 0; layer < arch->blocks[block]; layer++, channels += arch->growth) {
        p->place = (dn_place){DN_STAGE_BLOCK, block, layer};
        if (!width) /* a plain layer's windows have its own number of channels */
            *frame = dn_make_frame(images, frame->grid.height, frame->grid.width, channels,
                                   frame->before, frame->behind);
        if (!width || layer == 0)
            dn_add_border(p, &windows);
        p->by_rows = width && layer > 0;
        plan_window_input(p, maps, &windows, channels);
        p->by_rows = width;
        plan_window(p, maps, &windows, channels);
        p->by_rows = false;
    }
}

/* The next block's maps, their first channels filled by the transition. */
static void plan_transition(dn_planner *p, const dn_framed *maps, const dn_framed *next, int block)
{
    const dn_prepared_block *packed = &p->packed->blocks[block];
    p->place = (dn_place){.stage = DN_STAGE_TRANSITION, .block = block};
    dn_pointwise op = {
        .input = dn_use_grid(p, maps, 0),
        .output = dn_use_grid(p, next, 0),
        .affine = packed->norm,
        .pool = 2,
        .panels = packed->transition,
    };
    dn_add_pointwise(p, &op, DN_POINT_TRANSITION);
}

/* A block's maps of some images, from the caller's first_image on, with all
 * that comes before them. */
static void plan_block(dn_planner *p, const dn_framed *maps, int block, int first_image)
{
    if (block == 0)
        plan_stem(p, maps, first_image);
    else
        for (int done = 0, images; done < maps->frame.grid.images; done += images) {
            const dn_framed *before = &p->blocks[block - 1].maps;
            images = dn_min(before->frame.grid.images, maps->frame.grid.images - done);
            dn_framed source = dn_some_images(before, 0, images);
            dn_framed target = dn_some_images(maps, done, images);
            plan_block(p, &source, block - 1, first_image + done);
            plan_transition(p, &source, &target, block - 1);
        }
    plan_layers(p, maps, block);
    p->plan->blocks[block] = dn_use_grid(p, maps, 0);
}

static void plan_head(dn_planner *p, const dn_framed *maps)
{
    const dn_arch *arch = &p->model->arch;
    int last = arch->block_count - 1, channels = dn_block_out(arch, last), images = p->plan->images;
    p->place = (dn_place){.stage = DN_STAGE_HEAD};
    int pooled = dn_open_buffer(p, (size_t)images * (size_t)channels);
    dn_global_pool pool = {
        .input = dn_use_grid(p, maps, 0),
        .output = dn_use_buffer(p, pooled),
        .channels = channels,
        .affine = p->packed->blocks[last].norm,
    };
    dn_add_global_pool(p, &pool, DN_POINT_POOL);
    size_t count = (size_t)images * (size_t)arch->classes;
    int logits = dn_open_buffer(p, count);
    dn_pointwise linear = {
        .input = dn_vector_grid(dn_use_buffer(p, pooled), images, channels),
        .output = dn_vector_grid(dn_use_buffer(p, logits), images, arch->classes),
        .pool = 1,
        .panels = p->packed->head,
        .epilogue = {.bias = p->packed->head_bias},
    };
    dn_add_pointwise(p, &linear, DN_POINT_LOGITS);
    dn_use_grid(p, maps, 0); /* the heat map reads the last block after the run */
    dn_add_export(p, dn_use_buffer(p, logits), count);
}

/* The last block keeps the maps of all images; its layers, too, are run on some
 * at a time. */
static void plan_network(dn_planner *p)
{
    int last = p->model->arch.block_count - 1;
    dn_planner_rewind(p);
    dn_open_frames(p);
    const dn_framed *maps = &p->blocks[last].maps;
    int most = p->blocks[last].windows.frame.grid.images;
    for (int first = 0; first < p->plan->images; first += most) {
        dn_framed some = dn_some_images(maps, first, dn_min(most, p->plan->images - first));
        plan_block(p, &some, last, first);
    }
    p->plan->blocks[last] = dn_use_grid(p, maps, 0);
    plan_head(p, maps);
}

static dn_status choose_forms(dn_planner *p)
{
    for (int block = 0; block < p->model->arch.block_count; block++) {
        const dn_grid *grid = &p->plan->blocks[block];
        DN_TRY(dn_prepared_set_form(p->packed, p->model, block,
                                    dn_choose_form(grid->height, grid->width), p->threads));
    }
    return DN_OK;
}

static dn_status fill_plan(dn_planner *p)
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

dn_status dn_plan_create(const dn_model *model, dn_prepared *packed, int threads, int images,
                         int height, int width, bool whole, dn_plan **out)
{
    const dn_arch *arch = &model->arch;
    int smallest = dn_arch_smallest_input(arch);
    if (images < 1 || height < smallest || width < smallest)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "input of %d picture%s of %dx%d: at least one of %dx%d is expected", images,
                       images == 1 ? "" : "s", width, height, smallest, smallest);
    if ((double)images * height * width > MAX_INPUT_PIXELS)
        return dn_fail(DN_ERROR_LIMIT, "input of %d picture%s of %dx%d: more than %d pixels",
                       images, images == 1 ? "" : "s", width, height, MAX_INPUT_PIXELS);
    dn_plan *plan;
    DN_TRY(dn_calloc(1, sizeof *plan, &plan));
    plan->images = images;
    plan->height = height;
    plan->width = width;
    plan->whole = whole;
    dn_planner p = {
        .model = model, .packed = packed, .threads = threads, .whole = whole, .plan = plan};
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
