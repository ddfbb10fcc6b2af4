/* SPDX-License-Identifier: MIT */
/* Final norm and ReLU, global average, classifier. */
#include "train/engine/batch_norm.h"
#include "train/engine/nodes.h"
#include "train/engine/repack.h"

#include <string.h>

#define CLASSES_PER_TASK 24
#define CHANNELS_PER_TASK 64

typedef struct head_work {
    dn_engine *engine;
    const dn_node *node;
    dn_affine affine;
    const float *logits_gradient;
    float *pooled_gradient; /* images x pooled_stride */
    float *records;         /* images x dn_norm_record */
} head_work;

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    size_t images = (size_t)engine->options.images, padded = (size_t)dn_padded(node->in);
    size_t sums = (size_t)CLASSES_PER_TASK * padded;
    *needs =
        (dn_needs){.panels = dn_panels_needed(engine, node),
                   .partials = images * (padded + dn_norm_record(node->in) + (size_t)node->out),
                   .thread = sums};
}

static dn_grid matrix(float *data, int rows, int stride)
{
    return (dn_grid){.data = data, .images = 1, .height = 1, .width = rows, .pixel_stride = stride};
}

/* out = in * panels + bias, a few rows. */
static void multiply(const dn_engine *engine, dn_grid in, dn_grid out, dn_panels panels,
                     const float *bias)
{
    dn_pointwise op = {
        .input = in, .output = out, .pool = 1, .panels = panels, .epilogue = {.bias = bias}};
    dn_piece all = {0, dn_grid_pixels(&out), 0, dn_panel_count(engine->kernels, panels.outputs)};
    engine->kernels->pointwise(&op, all, NULL);
}

/* ---- forward ---- */

static void average_channels(void *context, int task, int thread)
{
    (void)thread;
    const head_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    int groups = dn_ceil_divide(node->in, CHANNELS_PER_TASK), image = task / groups;
    int first = task % groups * CHANNELS_PER_TASK, rest = node->in - first;
    dn_grid grid = dn_map_grid(engine, node->source, engine->maps[node->source].value, first);
    grid.data = dn_pixel_at(&grid, image, 0, 0);
    dn_global_pool op = {.input = grid,
                         .output =
                             engine->pooled + (size_t)image * (size_t)engine->pooled_stride + first,
                         .channels = rest < CHANNELS_PER_TASK ? rest : CHANNELS_PER_TASK,
                         .affine = dn_affine_at(&work->affine, first),
                         .parts = 1};
    engine->kernels->global_pool(&op, 0);
}

static void forward(dn_engine *engine, const dn_node *node)
{
    head_work work = {.engine = engine, .node = node, .affine = dn_prepare_norm(engine, node)};
    int groups = dn_ceil_divide(node->in, CHANNELS_PER_TASK);
    dn_parallel(engine->options.team, engine->images * groups, average_channels, &work);
    multiply(engine, matrix(engine->pooled, engine->images, engine->pooled_stride),
             matrix(engine->logits, engine->images, node->out),
             dn_lay_out_weights(engine, node).panels, dn_parameter_of(engine, node->weight + 1));
}

/* ---- backward ---- */

/* The classifier's gradients for some classes. */
static void class_gradients(void *context, int task, int thread)
{
    const head_work *work = context;
    dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    int first = task * CLASSES_PER_TASK, rest = node->out - first;
    int classes = rest < CLASSES_PER_TASK ? rest : CLASSES_PER_TASK;
    const float *left = work->logits_gradient + first, *right = engine->pooled;
    static const ptrdiff_t none;
    dn_product op = {.lines = 1,
                     .run = engine->images,
                     .left = &left,
                     .right = &right,
                     .left_stride = node->out,
                     .right_stride = engine->pooled_stride,
                     .depth = classes,
                     .outputs = node->in,
                     .shifts = 1,
                     .shift = &none,
                     .out = dn_thread_scratch(engine, thread),
                     .row_stride = dn_padded(node->in)};
    engine->kernels->gradients->product(&op);
    float *gradient = dn_gradient_of(engine, node->weight) + (size_t)first * (size_t)node->in;
    for (int k = 0; k < classes; k++)
        for (int c = 0; c < node->in; c++)
            gradient[k * node->in + c] += op.out[k * op.row_stride + c];
}

static void bias_gradient(const head_work *work)
{
    float *gradient = dn_gradient_of(work->engine, work->node->weight + 1);
    for (int k = 0; gradient && k < work->node->out; k++) {
        double sum = 0;
        for (int image = 0; image < work->engine->images; image++)
            sum +=
                (double)work->logits_gradient[(size_t)image * (size_t)work->node->out + (size_t)k];
        gradient[k] += (float)sum;
    }
}

/* Every pixel of an image has the same gradient. */
static void pass_image_back(void *context, int image, int thread)
{
    (void)thread;
    const head_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    const dn_maps *source = &engine->graph.maps[node->source];
    const dn_map_state *state = &engine->maps[node->source];
    size_t pixels = (size_t)source->height * (size_t)source->width;
    float *record = work->records + (size_t)image * dn_norm_record(node->in);
    memset(record, 0, dn_norm_record(node->in) * sizeof *record);
    dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, record);
    op.gradient.data = work->pooled_gradient + (size_t)image * (size_t)dn_padded(node->in);
    op.value = dn_map_rows(engine, node->source, state->value, 0, (size_t)image * pixels);
    op.out = dn_map_rows(engine, node->source, state->gradient, 0, (size_t)image * pixels);
    op.count = (int)pixels;
    engine->kernels->gradients->norm_gradient(&op);
}

/* The gradients of pooled maps. Kernels take grids that can be written: the logits'
 * gradients, which are the caller's, are copied after the records. */
static void pass_to_pooled(dn_engine *engine, const dn_node *node, const head_work *work)
{
    const dn_maps *source = &engine->graph.maps[node->source];
    float share = 1.0f / (float)(source->height * source->width);
    size_t images = (size_t)engine->images;
    float *gradient = work->records + images * dn_norm_record(node->in);
    memcpy(gradient, engine->logits_gradient, images * (size_t)node->out * sizeof *gradient);
    multiply(engine, matrix(gradient, engine->images, node->out),
             matrix(work->pooled_gradient, engine->images, dn_padded(node->in)),
             dn_lay_out_transposed(engine, node, share).panels, NULL);
}

static void backward(dn_engine *engine, const dn_node *node)
{
    head_work work = {.engine = engine,
                      .node = node,
                      .logits_gradient = engine->logits_gradient,
                      .pooled_gradient = engine->partials};
    work.records = work.pooled_gradient + (size_t)engine->images * (size_t)dn_padded(node->in);
    if (dn_gradient_of(engine, node->weight))
        dn_parallel(engine->options.team, dn_ceil_divide(node->out, CLASSES_PER_TASK),
                    class_gradients, &work);
    bias_gradient(&work);
    if (!dn_source_needs_gradient(engine, node))
        return;
    pass_to_pooled(engine, node, &work);
    dn_prepare_norm(engine, node);
    dn_parallel(engine->options.team, engine->images, pass_image_back, &work);
    dn_join_norm_gradient(engine, node, work.records, engine->images);
}

const dn_node_row dn_head_row = {needs_of, forward, backward};
