/* SPDX-License-Identifier: MIT */
/* ONNX: a message of Protocol Buffers. protobuf-c unpacks it into the file's pool, where it stays:
 * names and data are used in place. */
#include "tensors/onnx/onnx_read.h"

#include "tensors/onnx/onnx_graph.h"
#include "tensors/onnx/onnx_tensor.h"

/* protobuf-c's allocator; the pool frees all at once. */
typedef struct source {
    dn_pool *pool;
    dn_status status; /* of the allocation that failed */
} source;

static void *allocate(void *context, size_t size)
{
    source *from = context;
    void *memory = NULL;
    dn_status status = dn_pool_alloc(from->pool, 1, size, &memory);
    if (status == DN_OK)
        return memory;
    from->status = status;
    return NULL;
}

static void release(void *context, void *memory)
{
    (void)context, (void)memory;
}

static dn_status unpack(dn_tensor_file *file, DnOnnx__Model **model)
{
    source from = {.pool = &file->pool};
    ProtobufCAllocator allocator = {allocate, release, &from};
    *model = dn_onnx__model__unpack(&allocator, file->map.size, file->map.data);
    if (*model)
        return DN_OK;
    return from.status != DN_OK ? from.status
                                : dn_fail(DN_ERROR_FORMAT, "is a damaged or truncated ONNX file");
}

static dn_status read_initialisers(dn_tensor_file *file, const DnOnnx__Graph *graph)
{
    for (size_t i = 0; i < graph->n_initializer; i++) {
        dn_tensor tensor;
        DN_TRY(dn_onnx_tensor(file, graph->initializer[i], &tensor));
        DN_TRY(dn_tensor_file_add(file, &tensor));
    }
    return DN_OK;
}

dn_status dn_onnx_read(dn_tensor_file *file)
{
    DnOnnx__Model *model;
    DN_TRY(unpack(file, &model));
    if (!model->graph)
        return dn_fail(DN_ERROR_FORMAT, "is an ONNX file without a graph");
    DN_TRY(read_initialisers(file, model->graph));
    for (size_t i = 0; i < model->n_metadata_props; i++)
        if (model->metadata_props[i]->key && model->metadata_props[i]->value)
            DN_TRY(dn_tensor_file_add_text(file, model->metadata_props[i]->key,
                                           model->metadata_props[i]->value));
    return dn_onnx_graph(file, model);
}
