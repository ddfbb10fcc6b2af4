/* SPDX-License-Identifier: MIT */
#include "inference/plan.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "inference/planner.h"

#include <stdlib.h>

/* A pointwise node: a layer's bottleneck or a transition. */
static void plan_pointwise(dn_planner *p, int number, const dn_framed *input,
                           const dn_framed *output, dn_point point)
{
    const dn_prepared_node *prepared = &p->request->prepared->nodes[number];
    dn_pointwise op = {
        .input = dn_use_grid(p, input, 0),
        .output = dn_use_grid(p, output, 0),
        .affine = prepared->norm,
        .pool = p->graph.nodes[number].pools ? 2 : 1,
        .panels = prepared->panels,
        .epilogue = dn_epilogue_of(prepared),
    };
    dn_add_node_step(p, number,
                     (dn_step){.kind = DN_STEP_POINTWISE, .op.pointwise = op, .point = point});
}

static dn_window_form form_of(const dn_planner *p, int block)
{
    const dn_maps *maps = &p->graph.maps[p->graph.blocks[block].maps];
    return dn_choose_form(p->request->prepared->kernels, maps->height, maps->width);
}

/* A layer's 3x3 convolution, which writes into the block's maps after the earlier ones. */
static void plan_window(dn_planner *p, int number, const dn_framed *maps, const dn_framed *windows)
{
    const dn_node *node = &p->graph.nodes[number];
    const dn_prepared_node *prepared = &p->request->prepared->nodes[number];
    dn_grid input = dn_use_grid(p, windows, 0);
    dn_grid output = dn_use_grid(p, maps, node->target_channel);
    dn_window_form form = form_of(p, p->place.block);
    if (form == DN_WINDOW_WINOGRAD) {
        dn_winograd op = {
            .input = input,
            .output = output,
            .channels = node->in,
            .panels = prepared->windows[form],
        };
        dn_add_node_step(
            p, number,
            (dn_step){.kind = DN_STEP_WINOGRAD, .op.winograd = op, .point = DN_POINT_LAYER});
        return;
    }
    dn_conv op = {
        .input = input,
        .output = output,
        .channels = node->in,
        .kernel = node->kernel,
        .stride = node->stride,
        .padding = node->kernel / 2,
        .panels = prepared->windows[form],
        .epilogue = {.scale = prepared->rescale, .bias = prepared->bias},
    };
    dn_add_node_step(p, number,
                     (dn_step){.kind = DN_STEP_CONV, .op.conv = op, .point = DN_POINT_LAYER});
}

/* What a plain layer's window reads: the block's maps after their norm. Each layer
 * has its own number of channels, and so its own frame. */
static void plan_activated(dn_planner *p, int number, const dn_framed *maps, dn_framed *windows)
{
    const dn_node *node = &p->graph.nodes[number];
    const dn_frame *frame = &windows->frame;
    windows->frame = dn_make_frame(frame->grid.images, frame->grid.height, frame->grid.width,
                                   node->in, frame->before, frame->after);
    dn_add_border(p, windows);
    dn_activate op = {dn_use_grid(p, maps, 0), dn_use_grid(p, windows, 0), node->in,
                      p->request->prepared->nodes[number].norm};
    dn_add_step(p, (dn_step){.kind = DN_STEP_ACTIVATE, .op.activate = op});
}

static void plan_layers(dn_planner *p, const dn_framed *maps, int block)
{
    const dn_graph_block *nodes = &p->graph.blocks[block];
    dn_framed windows = dn_some_images(&p->windows[block], 0, maps->frame.grid.images);
    for (int i = nodes->first_node; i < nodes->end_node; i++) {
        const dn_node *node = &p->graph.nodes[i];
        bool plain = node->source == nodes->maps && node->kind == DN_NODE_WINDOW;
        p->place = node->key;
        if (node->kind == DN_NODE_POINTWISE) {
            if (node->key.layer == 0)
                dn_add_border(p, &windows);
            p->by_rows = node->key.layer > 0;
            plan_pointwise(p, i, maps, &windows, DN_POINT_BOTTLENECK);
        } else {
            if (plain)
                plan_activated(p, i, maps, &windows);
            p->by_rows = !plain;
            plan_window(p, i, maps, &windows);
        }
        p->by_rows = false;
    }
}

/* Fills the first channels of the next block's maps with the transition's. */
static void plan_transition(dn_planner *p, const dn_framed *maps, const dn_framed *next, int block)
{
    int number = p->graph.blocks[block].end_node;
    p->place = p->graph.nodes[number].key;
    plan_pointwise(p, number, maps, next, DN_POINT_TRANSITION);
}

/* Plans a block's maps of some images, from the caller's first_image on, with all that
 * they depend on. */
static void plan_block(dn_planner *p, const dn_framed *maps, int block, int first_image)
{
    if (block == 0)
        dn_plan_stem(p, maps, first_image);
    else
        for (int done = 0, images; done < maps->frame.grid.images; done += images) {
            const dn_framed *before = &p->frames[p->graph.blocks[block - 1].maps];
            images = dn_min(before->frame.grid.images, maps->frame.grid.images - done);
            dn_framed source = dn_some_images(before, 0, images);
            dn_framed target = dn_some_images(maps, done, images);
            plan_block(p, &source, block - 1, first_image + done);
            plan_transition(p, &source, &target, block - 1);
        }
    plan_layers(p, maps, block);
    p->plan->blocks[block] = dn_use_grid(p, maps, 0);
}

/* The last block keeps the maps of all images, although its layers too run on a few at a
 * time. */
static void plan_network(dn_planner *p)
{
    int last = p->arch->block_count - 1;
    dn_planner_rewind(p);
    p->kernels = p->request->prepared->kernels;
    dn_open_frames(p);
    const dn_framed *maps = &p->frames[p->graph.blocks[last].maps];
    int most = p->windows[last].frame.grid.images;
    for (int first = 0; first < p->plan->images; first += most) {
        dn_framed some = dn_some_images(maps, first, dn_min(most, p->plan->images - first));
        plan_block(p, &some, last, first);
    }
    p->plan->blocks[last] = dn_use_grid(p, maps, 0);
    dn_plan_head(p, maps);
}

static dn_status lay_out_windows(dn_planner *p)
{
    for (int block = 0; block < p->arch->block_count; block++)
        DN_TRY(
            dn_prepared_add_form(p->request->prepared, block, form_of(p, block), p->request->team));
    return DN_OK;
}

static dn_status fill_plan(dn_planner *p)
{
    dn_plan *plan = p->plan;
    DN_TRY(dn_graph_create(p->arch, &p->graph));
    DN_TRY(dn_calloc((size_t)p->graph.map_count, sizeof *p->frames, &p->frames));
    dn_graph_measure(&p->graph, plan->height, plan->width);
    DN_TRY(dn_graph_check_grid(&p->graph));
    DN_TRY(lay_out_windows(p));
    plan_network(p);
    DN_TRY(p->request->arena(p->request->context, dn_place_buffers(p->buffers, p->buffer_count),
                             &plan->arena));
    DN_TRY(dn_calloc((size_t)plan->step_count, sizeof *plan->steps, &plan->steps));
    p->placed = true;
    plan_network(p);
    return DN_OK;
}

/* Pixel numbers are ints. */
#define MAX_INPUT_PIXELS (1 << 28)

static dn_status check_input(const dn_plan_request *request)
{
    int images = request->images, height = request->height, width = request->width;
    int smallest = dn_arch_smallest_input(&request->prepared->model->arch);
    if (images < 1 || height < smallest || width < smallest)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "input of %d picture%s, %d wide and %d high: at least one of %dx%d is expected", images,
            images == 1 ? "" : "s", width, height, smallest, smallest);
    if ((double)images * height * width > MAX_INPUT_PIXELS)
        return dn_fail(DN_ERROR_LIMIT,
                       "input of %d picture%s, %d wide and %d high: more than %d pixels", images,
                       images == 1 ? "" : "s", width, height, MAX_INPUT_PIXELS);
    return DN_OK;
}

dn_status dn_plan_create(const dn_plan_request *request, dn_plan **out)
{
    DN_TRY(check_input(request));
    dn_plan *plan;
    DN_TRY(dn_calloc(1, sizeof *plan, &plan));
    plan->images = request->images;
    plan->height = request->height;
    plan->width = request->width;
    plan->threads = request->team.threads;
    plan->whole = request->whole;
    dn_planner p = {.request = request, .arch = &request->prepared->model->arch, .plan = plan};
    dn_status status = fill_plan(&p);
    dn_graph_free(&p.graph);
    free(p.frames);
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
    free(plan->steps);
    free(plan);
}
