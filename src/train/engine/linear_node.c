/* SPDX-License-Identifier: MIT */
/* A linear of the head: the classifier, or one before it. */
#include "train/engine/head_vectors.h"
#include "train/engine/nodes.h"
#include "train/engine/repack.h"

#include <string.h>

#define OUTPUTS_PER_TASK 24

typedef struct linear_work {
    dn_engine *engine;
    const dn_node *node;
    dn_const_vectors gradient; /* of what it makes */
} linear_work;

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    size_t images = (size_t)engine->options.images;
    *needs = (dn_needs){.panels = dn_panels_needed(engine, node),
                        .partials = images * (size_t)node->out,
                        .thread = (size_t)OUTPUTS_PER_TASK * (size_t)dn_padded(node->in)};
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

static void forward(dn_engine *engine, const dn_node *node)
{
    dn_vectors in = dn_source_vectors(engine, node), out = dn_target_vectors(engine, node);
    multiply(engine, matrix(in.data, engine->images, in.stride),
             matrix(out.data, engine->images, out.stride), dn_lay_out_weights(engine, node).panels,
             node->bias ? dn_parameter_of(engine, node->weight + 1) : NULL);
}

/* ---- backward ---- */

/* The weights' gradients for some outputs. */
static void output_gradients(void *context, int task, int thread)
{
    const linear_work *work = context;
    dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    int first = task * OUTPUTS_PER_TASK, rest = node->out - first;
    int outputs = rest < OUTPUTS_PER_TASK ? rest : OUTPUTS_PER_TASK;
    dn_vectors in = dn_source_vectors(engine, node);
    const float *left = work->gradient.data + first, *right = in.data;
    static const ptrdiff_t none;
    dn_product op = {.lines = 1,
                     .run = engine->images,
                     .left = &left,
                     .right = &right,
                     .left_stride = work->gradient.stride,
                     .right_stride = in.stride,
                     .depth = outputs,
                     .outputs = node->in,
                     .shifts = 1,
                     .shift = &none,
                     .out = dn_thread_scratch(engine, thread),
                     .row_stride = dn_padded(node->in)};
    engine->kernels->gradients->product(&op);
    float *gradient = dn_gradient_of(engine, node->weight) + (size_t)first * (size_t)node->in;
    for (int k = 0; k < outputs; k++)
        for (int c = 0; c < node->in; c++)
            gradient[k * node->in + c] += op.out[k * op.row_stride + c];
}

static void bias_gradient(const linear_work *work)
{
    float *gradient = dn_gradient_of(work->engine, work->node->weight + 1);
    for (int k = 0; gradient && k < work->node->out; k++) {
        double sum = 0;
        for (int image = 0; image < work->engine->images; image++)
            sum += (double)work->gradient.data[(ptrdiff_t)image * work->gradient.stride + k];
        gradient[k] += (float)sum;
    }
}

/* Kernels take grids that can be written: the gradients, which may be the caller's, are
 * copied. */
static void pass_back(const linear_work *work)
{
    dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_vectors to = dn_source_gradient(engine, node);
    float *copy = engine->partials;
    for (int image = 0; image < engine->images; image++)
        memcpy(copy + (size_t)image * (size_t)node->out,
               work->gradient.data + (ptrdiff_t)image * work->gradient.stride,
               (size_t)node->out * sizeof *copy);
    multiply(engine, matrix(copy, engine->images, node->out),
             matrix(to.data, engine->images, to.stride),
             dn_lay_out_transposed(engine, node, dn_gradient_share(engine, node)).panels, NULL);
}

static void backward(dn_engine *engine, const dn_node *node)
{
    linear_work work = {engine, node, dn_target_gradient(engine, node)};
    if (dn_gradient_of(engine, node->weight))
        dn_parallel(engine->options.team, dn_ceil_divide(node->out, OUTPUTS_PER_TASK),
                    output_gradients, &work);
    if (node->bias)
        bias_gradient(&work);
    if (dn_source_needs_gradient(engine, node))
        pass_back(&work);
}

const dn_node_row dn_linear_row = {needs_of, forward, backward};
