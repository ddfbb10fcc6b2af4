/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "base/text.h"
#include "base/weights_name.h"
#include "loading/keras/keras_save.h"
#include "loading/metadata.h"
#include "loading/order.h"
#include "loading/quantised.h"
#include "loading/save_format.h"
#include "network/names.h"
#include "tensors/writers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being written. */
typedef struct saver {
    const dn_model *model;
    dn_save_format format;
    dn_output *outputs;
    size_t count;
    float *reordered; /* the tensors whose channels change places, or of whole numbers */
    char *metadata;
} saver;

/* A copy of slot i with the channels in the order that a layer that puts new
 * maps first expects. */
static const float *reorder(saver *s, int i, float **next)
{
    const dn_slot *slot = &s->model->layout.slots[i];
    const float *data = s->model->tensors[i];
    dn_channels channels = dn_channels_read(&s->model->arch, slot);
    if (dn_dialect_concat(s->format.naming) != DN_CONCAT_FIRST || channels.layers == 0)
        return data;
    int concatenated = channels.in + channels.layers * channels.growth;
    size_t count = (size_t)concatenated;
    size_t spatial = (size_t)channels.spatial;
    size_t rows = slot->count / (count * spatial);
    float *copy = *next;
    *next += slot->count;
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < count; c++) {
            size_t place = (size_t)dn_channel_new_first(&channels, (int)c);
            memcpy(copy + (row * count + place) * spatial, data + (row * count + c) * spatial,
                   spatial * sizeof *copy);
        }
    return copy;
}

static dn_status add_output(saver *s, const char *name, dn_output output)
{
    DN_TRY(dn_copy_string(name, &output.name));
    s->outputs[s->count++] = output;
    return DN_OK;
}

/* After each norm's variance comes the counter that PyTorch's strict loading
 * requires. */
static dn_status add_counter(saver *s, char name[DN_TENSOR_NAME_SIZE])
{
    char *part = strrchr(name, '.');
    snprintf(part, DN_TENSOR_NAME_SIZE - (size_t)(part - name), ".num_batches_tracked");
    double batches = s->model->batches_tracked;
    return add_output(s, name,
                      (dn_output){.dtype = DN_I64, .count = batches > 0 ? (uint64_t)batches : 0});
}

static dn_status add_own(void *context, const char *name, const dn_output *output)
{
    return add_output(context, name, *output);
}

/* The convolution whose weight slot i is, if it is written in bytes; or DN_NONE. */
static int quantised_node(const saver *s, int slot)
{
    const dn_graph *graph = s->format.dtype == DN_I8 ? &s->model->quantisation->graph : NULL;
    for (int i = 0; graph && i < graph->pool_node; i++)
        if (dn_is_quantised(&graph->nodes[i]) && graph->nodes[i].weight == slot)
            return i;
    return DN_NONE;
}

/* Slot i as it is to be written; *next: room for what changes. */
static dn_output make_output(saver *s, int i, float **next)
{
    const dn_slot *slot = &s->model->layout.slots[i];
    dn_output output = {.dtype = s->format.dtype == DN_I8 ? DN_F32 : s->format.dtype,
                        .rank = slot->rank,
                        .data = reorder(s, i, next)};
    for (int d = 0; d < slot->rank; d++)
        output.shape[d] = slot->shape[d];
    if (s->format.naming == DN_DIALECT_KERAS) {
        dn_keras_turn(slot, output.data, *next, &output);
        *next += slot->count;
    }
    return output;
}

static dn_status make_outputs(saver *s)
{
    const dn_arch *arch = &s->model->arch;
    const dn_layout *layout = &s->model->layout;
    dn_name_context context = dn_name_context_of(arch);
    DN_TRY(dn_calloc(DN_QUANTISED_PARTS * (size_t)layout->count, sizeof *s->outputs, &s->outputs));
    if (dn_dialect_concat(s->format.naming) == DN_CONCAT_FIRST || s->format.dtype == DN_I8 ||
        s->format.naming == DN_DIALECT_KERAS)
        DN_TRY(dn_alloc_aligned(layout->floats, sizeof(float), &s->reordered));
    float *next = s->reordered;
    for (int i = 0; i < layout->count; i++) {
        const dn_slot *slot = &layout->slots[i];
        char name[DN_TENSOR_NAME_SIZE];
        int node = quantised_node(s, i);
        dn_name_format(s->format.naming, &context, &slot->key, name);
        if (node != DN_NONE) {
            DN_TRY(dn_write_quantised(s->model, node, name, next, add_own, s));
            next += slot->count;
            continue;
        }
        DN_TRY(add_output(s, name, make_output(s, i, &next)));
        if (slot->key.part == DN_PART_NORM_VARIANCE && s->format.naming != DN_DIALECT_KERAS)
            DN_TRY(add_counter(s, name));
    }
    return DN_OK;
}

static dn_status add_metadata_entry(void *context, const char *key, const char *text)
{
    dn_text *metadata = context;
    dn_text_add(metadata, ",");
    dn_text_add_json(metadata, key);
    dn_text_add(metadata, ":");
    dn_text_add_json(metadata, text);
    return DN_OK;
}

/* Python code that uses safetensors looks for "format". */
static dn_status make_metadata(saver *s)
{
    dn_text metadata = {0};
    dn_text_add(&metadata, "{\"format\":\"%s\"",
                s->format.naming == DN_DIALECT_KERAS ? "keras" : "pt");
    dn_status status = dn_metadata_write(s->model, dn_dialect_concat(s->format.naming),
                                         add_metadata_entry, &metadata);
    if (status == DN_OK && s->format.dtype == DN_I8)
        status =
            add_metadata_entry(&metadata, DN_QUANTISATION_KEY, dn_model_quantisation(s->model));
    dn_text_add(&metadata, "}");
    if (status == DN_OK)
        return dn_text_take(&metadata, &s->metadata);
    dn_text_drop(&metadata);
    return status;
}

static dn_status write_tensors(saver *s, dn_file_writer *writer)
{
    static dn_status (*const writers[])(dn_file_writer *, const char *, const dn_output *,
                                        size_t) = {
        [DN_WEIGHTS_SAFETENSORS] = dn_write_safetensors,
        [DN_WEIGHTS_TORCH] = dn_write_torch,
        [DN_WEIGHTS_NPZ] = dn_write_npz,
        [DN_WEIGHTS_KERAS] = dn_write_keras_layers,
        [DN_WEIGHTS_KERAS_3] = dn_write_keras_classes,
    };
    DN_TRY(make_outputs(s));
    DN_TRY(make_metadata(s));
    return writers[s->format.file](writer, s->metadata, s->outputs, s->count);
}

static dn_status write_contents(saver *s, dn_file_writer *writer)
{
#ifndef DN_WITHOUT_ONNX
    if (s->format.file == DN_WEIGHTS_ONNX)
        return dn_save_onnx(s->model, &s->format.onnx, writer);
#endif
    return write_tensors(s, writer);
}

static dn_status write_file(saver *s, const char *path)
{
    dn_file_writer writer;
    DN_TRY(dn_file_create(path, &writer));
    dn_status status = write_contents(s, &writer);
    if (status == DN_OK)
        return dn_file_commit(&writer);
    dn_file_abandon(&writer);
    return status;
}

static void release(saver *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->outputs[i].name);
    free(s->outputs);
    free(s->reordered);
    free(s->metadata);
}

dn_status dn_model_save(const dn_model *model, const char *path, const dn_save_options *options)
{
    DN_NEED(model);
    DN_NEED(path);
    saver s = {.model = model};
    DN_TRY(dn_save_format_read(model, path, options, &s.format));
    dn_status status = write_file(&s, path);
    release(&s);
    return status;
}
