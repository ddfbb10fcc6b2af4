/* SPDX-License-Identifier: MIT */
/* The end of a stem with norms: activated maps, through the 3x3/2 maximum or the blur if
 * the network has one, become the first maps of the first block. One image per
 * task. */
#include "kernels/blur_pool.h"
#include "train/engine/batch_norm.h"
#include "train/engine/nodes.h"

#include <string.h>

typedef struct activation_work {
    dn_engine *engine;
    const dn_node *node;
    dn_affine affine;
} activation_work;

static int target_pixels(const dn_engine *engine, const dn_node *node)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    return target->height * target->width;
}

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    size_t images = (size_t)engine->options.images;
    size_t forward = images * dn_statistics_record(node->out);
    size_t backward = images * dn_norm_record(node->in);
    *needs =
        (dn_needs){.partials = forward > backward ? forward : backward,
                   .thread = (size_t)target_pixels(engine, node) * (size_t)dn_padded(node->out)};
}

/* ---- forward ---- */

static dn_grid value_of(const dn_engine *engine, int maps, int image)
{
    dn_grid grid = dn_value_grid(engine, maps, 0);
    return dn_one_image(engine->options.maps, &grid, image);
}

static dn_blur_pool blur_of(const activation_work *work, dn_grid input, dn_grid output)
{
    return (dn_blur_pool){.input = input,
                          .output = output,
                          .channels = work->node->in,
                          .maps = work->engine->options.maps,
                          .affine = work->affine};
}

static void forward_image(void *context, int image, int thread)
{
    (void)thread;
    const activation_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_grid input = value_of(engine, node->source, image);
    dn_grid output = value_of(engine, node->target, image);
    if (node->blurs) {
        dn_blur_pool op = blur_of(work, input, output);
        for (int task = 0; task < dn_blur_pool_tasks(&op); task++)
            dn_blur_pool_run(&op, task);
    } else if (node->pools) {
        dn_activated_pool op = {input, output, node->in, work->affine};
        for (int y = 0; y < output.height; y++)
            engine->map_kernels->gradients->activated_pool(&op, y);
    } else {
        dn_activate op = {input, output, node->in, work->affine};
        for (int y = 0; y < output.height; y++)
            engine->map_kernels->activate(&op, y);
    }
    int pixels = target_pixels(engine, node);
    dn_finish_rows(engine, node, image * pixels, pixels,
                   engine->partials + (size_t)image * dn_statistics_record(node->out));
}

static void forward(dn_engine *engine, const dn_node *node)
{
    activation_work work = {engine, node, dn_prepare_norm(engine, node)};
    dn_parallel(engine->options.team, engine->images, forward_image, &work);
    dn_join_statistics(engine, node, engine->images);
}

/* ---- backward ---- */

/* The gradient of the maximum, or of the blurred ones, is spread over the source's own gradient,
 * which then goes back through the norm in place. */
static void backward_image(void *context, int image, int thread)
{
    const activation_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    const dn_maps *target = &engine->graph.maps[node->target];
    int pixels = target_pixels(engine, node), stride = dn_padded(node->out);
    float *gradient = dn_thread_scratch(engine, thread);
    float *record = engine->partials + (size_t)image * dn_norm_record(node->in);
    memset(record, 0, dn_norm_record(node->in) * sizeof *record);
    dn_output_gradient(engine, node, image * pixels, pixels, (dn_rows){gradient, stride});

    dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, record);
    dn_grid input = value_of(engine, node->source, image);
    dn_grid passed = dn_gradient_grid(engine, node->source, 0);
    passed = dn_one_image(DN_F32, &passed, image);
    op.value = (dn_map_rows){input.address, input.pixel_stride};
    op.out = (dn_rows){passed.data, passed.pixel_stride};
    op.gradient = (dn_rows){gradient, stride};
    op.count = input.height * input.width;
    if (node->pools) {
        dn_grid pooled = {.data = gradient,
                          .images = 1,
                          .height = target->height,
                          .width = target->width,
                          .pixel_stride = stride,
                          .row_stride = (ptrdiff_t)stride * target->width};
        dn_blur_pool blur = blur_of(work, input, pooled);
        if (node->blurs)
            dn_blur_pool_spread(&blur, 0, &pooled, &passed);
        else
            engine->map_kernels->gradients->activated_pool_gradient(
                &(dn_activated_pool_gradient){input, pooled, passed, node->in, work->affine}, 0);
        op.gradient = op.out;
    }
    engine->map_kernels->gradients->norm_gradient(&op);
}

static void backward(dn_engine *engine, const dn_node *node)
{
    dn_prepare_output_gradient(engine, node);
    activation_work work = {engine, node, dn_prepare_norm(engine, node)};
    dn_parallel(engine->options.team, engine->images, backward_image, &work);
    dn_join_norm_gradient(engine, node, engine->partials, engine->images);
}

const dn_node_row dn_activation_row = {needs_of, forward, backward};
