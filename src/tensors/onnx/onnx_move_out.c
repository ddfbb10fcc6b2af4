/* SPDX-License-Identifier: MIT */
/* Tensors that are too many for one message go to a file beside it. */
#include "base/weights_name.h"
#include "tensors/onnx/onnx_parts.h"

#include <stdio.h>
#include <string.h>

#define LEAST 1024 /* bytes of a tensor that is moved */
#define PAGE 4096  /* where one begins, so that engines can map it */

enum { EXTERNAL = 1 }; /* a tensor's data_location */

static dn_status add_entry(dn_onnx_builder *b, DnOnnx__Tensor *tensor, const char *key,
                           const char *value)
{
    DnOnnx__StringPair *entry = dn_onnx_memory(b, 1, sizeof *entry);
    char *own_key = dn_onnx_copy(b, key), *own_value = dn_onnx_copy(b, value);
    if (b->status != DN_OK)
        return b->status;
    dn_onnx__string_pair__init(entry);
    entry->key = own_key;
    entry->value = own_value;
    tensor->external_data[tensor->n_external_data++] = entry;
    return DN_OK;
}

static dn_status add_number(dn_onnx_builder *b, DnOnnx__Tensor *tensor, const char *key,
                            size_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", number);
    return add_entry(b, tensor, key, text);
}

/* Writes a tensor's bytes after *offset others, which it moves past them. */
static dn_status move(dn_onnx_builder *b, DnOnnx__Tensor *tensor, const char *location,
                      dn_file_writer *beside, size_t *offset)
{
    static const char zeros[PAGE];
    size_t gap = (PAGE - *offset % PAGE) % PAGE, size = tensor->raw_data.len;
    DN_TRY(dn_file_write(beside, zeros, gap));
    DN_TRY(dn_file_write(beside, tensor->raw_data.data, size));
    tensor->external_data = dn_onnx_memory(b, 3, sizeof *tensor->external_data);
    DN_TRY(b->status);
    DN_TRY(add_entry(b, tensor, "location", location));
    DN_TRY(add_number(b, tensor, "offset", *offset + gap));
    DN_TRY(add_number(b, tensor, "length", size));
    tensor->has_data_location = true;
    tensor->data_location = EXTERNAL;
    tensor->has_raw_data = false;
    *offset += gap + size;
    return DN_OK;
}

dn_status dn_onnx_move_out(dn_onnx_builder *b, dn_file_writer *writer)
{
    dn_file_writer *beside;
    size_t offset = 0;
    DN_TRY(dn_file_create_beside(writer, DN_ONNX_SIDECAR, &beside));
    const char *slash = strrchr(beside->path, '/');
    const char *location = slash ? slash + 1 : beside->path;
    for (size_t i = 0; i < b->graph.n_initializer; i++)
        if (b->graph.initializer[i]->raw_data.len >= LEAST)
            DN_TRY(move(b, b->graph.initializer[i], location, beside, &offset));
    return DN_OK;
}
