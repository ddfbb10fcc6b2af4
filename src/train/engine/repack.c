/* SPDX-License-Identifier: MIT */
#include "train/engine/repack.h"

#include <string.h>

dn_window_form dn_node_form(const dn_engine *engine, const dn_node *node)
{
    if (node->kind != DN_NODE_WINDOW || node->kernel != 3 || node->stride != 1 ||
        node->source == DN_NONE)
        return DN_WINDOW_DIRECT;
    const dn_maps *target = &engine->graph.maps[node->target];
    return dn_choose_form(engine->map_kernels, target->height, target->width);
}

/* Whether windows are multiplied as pairs of bfloat16. */
static bool pairs_windows(const dn_engine *engine, const dn_node *node, bool transposed)
{
    return dn_engine_pairs(engine) &&
           (transposed || dn_node_form(engine, node) == DN_WINDOW_DIRECT);
}

const dn_kernels *dn_product_kernels(const dn_engine *engine, const dn_node *node, bool transposed)
{
    bool of_maps = node->kind == DN_NODE_POINTWISE ? !(transposed && node->pools)
                   : node->kind == DN_NODE_WINDOW  ? pairs_windows(engine, node, transposed)
                                                   : false;
    return of_maps ? engine->map_kernels : engine->kernels;
}

/* A node's weights, or those of the convolution that takes its outputs'
 * gradients to its inputs. */
static dn_weights weights_of(const dn_engine *engine, const dn_node *node, const float *data,
                             bool transposed, float factor)
{
    return (dn_weights){.data = data,
                        .outputs = transposed ? node->in : node->out,
                        .channels = transposed ? node->out : node->in,
                        .kernel = dn_node_kernel(node),
                        .factor = factor,
                        .transposed = transposed,
                        .type = dn_product_kernels(engine, node, transposed)->maps};
}

static size_t panel_floats(const dn_engine *engine, const dn_node *node, bool transposed)
{
    dn_weights weights = weights_of(engine, node, NULL, transposed, 1);
    const dn_kernels *kernels = dn_product_kernels(engine, node, transposed);
    size_t bytes = dn_packed_size(kernels, dn_node_form(engine, node), &weights);
    return (bytes + sizeof(float) - 1) / sizeof(float);
}

size_t dn_panels_needed(const dn_engine *engine, const dn_node *node)
{
    size_t forward = panel_floats(engine, node, false), back = panel_floats(engine, node, true);
    return forward > back ? forward : back;
}

typedef struct layout_work {
    const dn_kernels *kernels;
    dn_window_form form;
    dn_weights weights;
    float *panels;
} layout_work;

static void lay_out_task(void *context, int task, int thread)
{
    (void)thread;
    const layout_work *work = context;
    dn_pack_piece(work->kernels, work->form, &work->weights, task, work->panels);
}

static dn_laid_out lay_out(dn_engine *engine, const dn_node *node, bool transposed, float factor)
{
    const dn_kernels *kernels = dn_product_kernels(engine, node, transposed);
    layout_work work = {
        kernels, dn_node_form(engine, node),
        weights_of(engine, node, dn_parameter_of(engine, node->weight), transposed, factor),
        engine->panels};
    const dn_weights *weights = &work.weights;
    dn_parallel(engine->options.team, dn_pack_pieces(work.form, weights), lay_out_task, &work);
    return (dn_laid_out){work.form, dn_packed_panels(kernels, work.form, weights, engine->panels)};
}

dn_laid_out dn_lay_out_weights(dn_engine *engine, const dn_node *node)
{
    return lay_out(engine, node, false, 1);
}

dn_laid_out dn_lay_out_transposed(dn_engine *engine, const dn_node *node, float factor)
{
    return lay_out(engine, node, true, factor);
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
    dn_parallel(engine->options.team, node->out, add_output, &work);
}
