/* SPDX-License-Identifier: MIT */
#include "loading/onnx/save_onnx.h"

#include "base/arithmetic.h"
#include "base/text.h"
#include "loading/metadata.h"
#include "loading/onnx/graph_draft.h"
#include "loading/quantised.h"

#include <stdio.h>

static dn_status check_options(const dn_model *model, const dn_onnx_options *options)
{
    if (options->opset < DN_ONNX_FIRST_OPSET || options->opset > DN_ONNX_LAST_OPSET)
        return dn_fail(DN_ERROR_ARGUMENT, "opset %d: one from %d to %d is expected", options->opset,
                       DN_ONNX_FIRST_OPSET, DN_ONNX_LAST_OPSET);
    if (options->probabilities && model->arch.classes == 0)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "probabilities: the network has no head, and so no classes");
    if (options->preprocessing && !model->has_preprocess)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "preprocessing: the network records none that could be in the graph (option "
                       "preprocess)");
    if (options->preprocessing && model->preprocess.channels != model->arch.channels)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "preprocessing: it makes %d channel%s, but the network reads %d",
                       model->preprocess.channels, dn_plural(model->preprocess.channels),
                       model->arch.channels);
    if (options->dtype == DN_I8 && model->arch.stem_pool == DN_STEM_POOL_BLUR)
        return dn_fail(DN_ERROR_ARGUMENT, "a stem that blurs is not written in bytes (dtype)");
    return DN_OK;
}

/* A grid's windows are as large as the pictures make them: the graph is made for those of the
 * network's pipeline. Others run on any pictures that the network runs on. */
static dn_status measure(const dn_model *model, dn_graph *graph)
{
    dn_preprocess pipeline;
    int width, height;
    if (model->arch.classes == 0 || model->arch.head.pool != DN_POOL_GRID)
        return DN_OK;
    dn_model_preprocess(model, &pipeline);
    if (!dn_preprocess_fixed_size(&pipeline, &width, &height))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "the head's pool is made for pictures of one size, which the network's "
                       "preprocessing does not fix (image-size)");
    int least = dn_arch_smallest_input(&model->arch);
    if (width < least || height < least)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "pictures %d wide and %d high are too small: %d is the least", width, height,
                       least);
    dn_graph_measure(graph, height, width);
    return dn_graph_check_grid(graph);
}

static void allocate(dn_graph_draft *d)
{
    size_t longest = 0, widest = 0;
    for (int i = 0; i < d->model->layout.count; i++)
        longest =
            d->model->layout.slots[i].count > longest ? d->model->layout.slots[i].count : longest;
    for (int i = 0; i < d->graph->map_count; i++)
        widest = (size_t)dn_max((int)widest, d->graph->maps[i].channels);
    size_t count = longest + DN_NORM_SLOTS * widest;
    bool bytes = d->options->dtype == DN_I8;
    d->values = dn_onnx_memory(d->to, (size_t)d->graph->node_count, sizeof *d->values);
    if (bytes || d->options->fold)
        d->floats = dn_onnx_memory(d->to, count, sizeof *d->floats);
    if (bytes) {
        d->whole = dn_onnx_memory(d->to, count, sizeof *d->whole);
        d->zeros = dn_onnx_memory(d->to, widest, sizeof *d->zeros);
    }
}

static dn_status add_entry(void *to, const char *key, const char *text)
{
    return dn_onnx_metadata(to, key, text);
}

static dn_status describe(const dn_graph_draft *d)
{
    char batches[32];
    DN_TRY(dn_metadata_write(d->model, DN_CONCAT_LAST, add_entry, d->to));
    if (d->options->dtype == DN_I8)
        DN_TRY(dn_onnx_metadata(d->to, DN_QUANTISATION_KEY, dn_model_quantisation(d->model)));
    snprintf(batches, sizeof batches, "%.0f", d->model->batches_tracked);
    return d->model->batches_tracked >= 0 ? dn_onnx_metadata(d->to, DN_BATCHES_KEY, batches)
                                          : DN_OK;
}

static dn_status write_graph(dn_graph_draft *d, dn_file_writer *writer)
{
    allocate(d);
    DN_TRY(dn_onnx_status(d->to));
    dn_begin_graph(d);
    const char *maps = d->options->dtype == DN_I8 ? dn_add_byte_nodes(d) : dn_add_float_nodes(d);
    dn_end_graph(d, dn_add_head(d, maps));
    DN_TRY(describe(d));
    size_t most = d->options->most_bytes ? d->options->most_bytes : DN_ONNX_MOST_BYTES;
    return dn_onnx_write(d->to, d->model->arch.name, d->options->opset, most, writer);
}

static dn_status build(const dn_model *model, const dn_onnx_options *options, dn_graph *graph,
                       dn_file_writer *writer)
{
    dn_onnx_builder *to;
    DN_TRY(measure(model, graph));
    DN_TRY(dn_onnx_create(&to));
    dn_graph_draft draft = {.model = model,
                            .options = options,
                            .graph = graph,
                            .to = to,
                            .dtype = options->dtype == DN_F16 ? DN_F16 : DN_F32};
    dn_status status = write_graph(&draft, writer);
    dn_onnx_free(to);
    return status;
}

dn_status dn_save_onnx(const dn_model *model, const dn_onnx_options *options,
                       dn_file_writer *writer)
{
    dn_graph graph;
    DN_TRY(check_options(model, options));
    DN_TRY(dn_graph_create(&model->arch, &graph));
    dn_status status = build(model, options, &graph, writer);
    dn_graph_free(&graph);
    return status;
}
