/* SPDX-License-Identifier: MIT */
/* From the caller's pictures to the first channels of the first block's maps: the import, and
 * a step for each convolution and pool of the stem. */
#include "inference/planner.h"

/* The frame of a node's results. If an activation without a pool reads the stem's maps, it
 * is folded into the convolution before it, which then writes the activation's maps. */
static const dn_framed *frame_of(const dn_planner *p, const dn_node *node)
{
    const dn_maps *maps = &p->graph.maps[node->target];
    const dn_node *reader = &p->graph.nodes[maps->last_reader];
    bool passed_on =
        maps->kind == DN_MAPS_STEM && reader->kind == DN_NODE_ACTIVATION && !reader->pools;
    return &p->frames[passed_on ? reader->target : node->target];
}

static void add_import(dn_planner *p, const dn_framed *framed, int first_image)
{
    dn_step step = {.kind = DN_STEP_IMPORT, .first_image = first_image, .op.frame = framed->frame};
    step.op.frame.grid = dn_use_grid(p, framed, 0);
    dn_add_step(p, step);
}

static void plan_conv(dn_planner *p, int number, const dn_framed *input, const dn_framed *output,
                      dn_point point)
{
    const dn_node *node = &p->graph.nodes[number];
    const dn_prepared_node *prepared = &p->request->prepared->nodes[number];
    if (output->frame.before)
        dn_add_border(p, output);
    dn_conv op = {
        .input = dn_use_grid(p, input, 0),
        .output = dn_use_grid(p, output, 0),
        .channels = node->in,
        .kernel = node->kernel,
        .stride = node->stride,
        .padding = node->kernel / 2,
        .panels = prepared->panels,
        .epilogue = dn_epilogue_of(prepared),
    };
    dn_add_node_step(p, number, (dn_step){.kind = DN_STEP_CONV, .op.conv = op, .point = point});
}

static void plan_max_pool(dn_planner *p, int number, const dn_framed *input,
                          const dn_framed *output, dn_point point)
{
    dn_max_pool op = {.input = dn_use_grid(p, input, 0),
                      .output = dn_use_grid(p, output, 0),
                      .channels = p->graph.nodes[number].in};
    dn_add_node_step(p, number,
                     (dn_step){.kind = DN_STEP_MAX_POOL, .op.max_pool = op, .point = point});
}

static void plan_blur_pool(dn_planner *p, int number, const dn_framed *input,
                           const dn_framed *output, dn_point point)
{
    dn_blur_pool op = {.input = dn_use_grid(p, input, 0),
                       .output = dn_use_grid(p, output, 0),
                       .channels = p->graph.nodes[number].in,
                       .maps = p->kernels->maps};
    dn_add_node_step(p, number,
                     (dn_step){.kind = DN_STEP_BLUR_POOL, .op.blur_pool = op, .point = point});
}

void dn_plan_stem(dn_planner *p, const dn_framed *maps, int first_image)
{
    const dn_graph *graph = &p->graph;
    int images = maps->frame.grid.images;
    dn_framed input = dn_some_images(&p->input, 0, images), output = input;
    p->place = (dn_key){.role = DN_ROLE_STEM};
    dn_add_border(p, &input);
    add_import(p, &input, first_image);
    for (int i = 0; i < graph->blocks[0].first_node; i++, input = output) {
        const dn_node *node = &graph->nodes[i];
        const dn_framed *target = frame_of(p, node);
        bool into_block = target == &p->frames[graph->blocks[0].maps];
        output = into_block ? *maps : dn_some_images(target, 0, images);
        dn_point point = into_block ? DN_POINT_STEM : DN_POINT_NONE;
        if (node->kind == DN_NODE_WINDOW)
            plan_conv(p, i, &input, &output, point);
        else if (node->blurs)
            plan_blur_pool(p, i, &input, &output, point);
        else if (node->pools)
            plan_max_pool(p, i, &input, &output, point);
    }
}
