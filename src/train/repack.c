/* SPDX-License-Identifier: MIT */
#include "train/repack.h"

#include "net/plan.h"

#include <string.h>

/* Outputs that one task lays out; a multiple of every level's panel. */
#define OUTPUTS_PER_TASK 32

dn_window_form dn_node_form(const dn_engine *engine, const dn_node *node, bool backward)
{
    if (node->kind != DN_NODE_WINDOW || node->kernel != 3 || node->stride != 1 ||
        node->source == DN_NONE)
        return DN_WINDOW_DIRECT;
    (void)backward;
    const dn_maps *target = &engine->graph.maps[node->target];
    return dn_choose_form(engine->kernels, target->height, target->width);
}

static int window_of(const dn_node *node)
{
    return node->kind == DN_NODE_WINDOW ? node->kernel : 1;
}

static size_t panels_size(const dn_engine *engine, dn_window_form form, int window, int in, int out)
{
    if (form == DN_WINDOW_WINOGRAD)
        return 36 * dn_panels_size(engine->kernels, in, out);
    return dn_panels_size(engine->kernels, window * window * in, out);
}

size_t dn_panels_needed(const dn_engine *engine, const dn_node *node)
{
    int window = window_of(node);
    size_t forward =
        panels_size(engine, dn_node_form(engine, node, false), window, node->in, node->out);
    size_t backward =
        panels_size(engine, dn_node_form(engine, node, true), window, node->out, node->in);
    return forward > backward ? forward : backward;
}

typedef struct layout_work {
    dn_engine *engine;
    const float *weight; /* out x in x window x window */
    int in, out, window;
    bool transpose; /* out becomes in */
    float factor;
    dn_window_form form;
} layout_work;

/* engine->weights[c][n] = weight[n][c], windows turned around, for some c. */
static void transpose_channels(const layout_work *work, int first, int end)
{
    int area = work->window * work->window;
    for (int n = 0; n < work->out; n++)
        for (int c = first; c < end; c++) {
            const float *from =
                work->weight + ((size_t)n * (size_t)work->in + (size_t)c) * (size_t)area;
            float *to =
                work->engine->weights + ((size_t)c * (size_t)work->out + (size_t)n) * (size_t)area;
            for (int i = 0; i < area; i++)
                to[area - 1 - i] = from[i] * work->factor;
        }
}

static void lay_out_task(void *context, int task, int thread)
{
    (void)thread;
    const layout_work *work = context;
    int outputs = work->transpose ? work->in : work->out;
    int inputs = work->transpose ? work->out : work->in;
    int first = task * OUTPUTS_PER_TASK;
    int end = first + OUTPUTS_PER_TASK < outputs ? first + OUTPUTS_PER_TASK : outputs;
    const float *weight = work->transpose ? work->engine->weights : work->weight;
    if (work->transpose)
        transpose_channels(work, first, end);
    size_t before = (size_t)first * (size_t)(work->window * work->window * inputs);
    if (work->form == DN_WINDOW_DIRECT)
        dn_pack_conv(work->engine->kernels, weight + before, end - first, inputs, work->window,
                     NULL, work->engine->panels + before);
}

static dn_laid_out lay_out(const layout_work *work)
{
    dn_engine *engine = work->engine;
    int outputs = work->transpose ? work->in : work->out;
    int inputs = work->transpose ? work->out : work->in;
    bool winograd = work->form == DN_WINDOW_WINOGRAD;
    layout_work copy = *work;
    if (!winograd || work->transpose)
        dn_parallel(engine->options.threads, dn_ceil_divide(outputs, OUTPUTS_PER_TASK),
                    lay_out_task, &copy);
    if (winograd)
        dn_pack_winograd(engine->kernels, work->transpose ? engine->weights : work->weight, outputs,
                         inputs, NULL, engine->panels);
    int depth = winograd ? inputs : work->window * work->window * inputs;
    return (dn_laid_out){work->form,
                         {engine->panels, depth, outputs},
                         winograd ? dn_panels_size(engine->kernels, inputs, outputs) : 0};
}

dn_laid_out dn_lay_out_weights(dn_engine *engine, const dn_node *node)
{
    return lay_out(&(layout_work){.engine = engine,
                                  .weight = dn_parameter_of(engine, node->weight),
                                  .in = node->in,
                                  .out = node->out,
                                  .window = window_of(node),
                                  .form = dn_node_form(engine, node, false)});
}

dn_laid_out dn_lay_out_transposed(dn_engine *engine, const dn_node *node, float factor)
{
    return lay_out(&(layout_work){.engine = engine,
                                  .weight = dn_parameter_of(engine, node->weight),
                                  .in = node->in,
                                  .out = node->out,
                                  .window = window_of(node),
                                  .transpose = true,
                                  .factor = factor,
                                  .form = dn_node_form(engine, node, true)});
}

/* ---- weight gradients ---- */

typedef struct gradient_work {
    const dn_node *node;
    const dn_weight_partials *partials;
    float *gradient;
} gradient_work;

/* Floats of a row summed at once. */
#define RUN 512

static void sum_splits(const dn_weight_partials *partials, const float *row, int count, float *sum)
{
    memcpy(sum, row, (size_t)count * sizeof *sum);
    for (int split = 1; split < partials->splits; split++) {
        row += partials->split_stride;
        for (int i = 0; i < count; i++)
            sum[i] += row[i];
    }
}

/* One output's gradient: its row of every shift. */
static void add_output(void *context, int out, int thread)
{
    (void)thread;
    const gradient_work *work = context;
    const dn_weight_partials *partials = work->partials;
    int channels = work->node->in, columns = partials->columns, area = partials->shifts * columns;
    float *gradient = work->gradient + (size_t)out * (size_t)(area * channels);
    for (int shift = 0; shift < partials->shifts; shift++) {
        const float *row =
            partials->data + (size_t)(shift * work->node->out + out) * (size_t)partials->row_stride;
        for (int first = 0; first < columns * channels; first += RUN) {
            float sum[RUN];
            int rest = columns * channels - first, count = rest < RUN ? rest : RUN;
            sum_splits(partials, row + first, count, sum);
            for (int i = 0; i < count; i++) {
                int column = (first + i) / channels, channel = (first + i) % channels;
                gradient[channel * area + shift * columns + column] += sum[i];
            }
        }
    }
}

void dn_add_weight_gradient(dn_engine *engine, const dn_node *node,
                            const dn_weight_partials *partials)
{
    gradient_work work = {node, partials, dn_gradient_of(engine, node->weight)};
    dn_parallel(engine->options.threads, node->out, add_output, &work);
}
