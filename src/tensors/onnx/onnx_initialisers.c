/* SPDX-License-Identifier: MIT */
/* Initialisers. */
#include "tensors/onnx/onnx_parts.h"

#include "tensors/onnx/onnx_tensor.h"
#include "tensors/writers.h"

#include <string.h>

void dn_onnx_cast_to(dn_onnx_builder *b, dn_dtype dtype)
{
    dn_onnx_int(b, "to", dn_onnx_number(dtype));
}

static size_t count_of(const dn_onnx_shape *shape)
{
    size_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        count *= (size_t)shape->sides[i];
    return count;
}

/* Room for a tensor's bytes; NULL if something failed. */
static unsigned char *add_tensor(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                                 const dn_onnx_shape *shape)
{
    size_t size = count_of(shape) * dn_dtype_size(dtype);
    DnOnnx__Tensor *tensor = dn_onnx_memory(b, 1, sizeof *tensor);
    int64_t *dims = dn_onnx_memory(b, 4, sizeof *dims);
    char *own = dn_onnx_copy(b, name);
    unsigned char *bytes = dn_onnx_memory(b, size, 1);
    if (!dn_onnx_grow(b, b->graph.n_initializer, &b->tensors, &b->graph.initializer))
        return NULL;
    dn_onnx__tensor__init(tensor);
    memcpy(dims, shape->sides, sizeof shape->sides);
    tensor->n_dims = (size_t)shape->rank;
    tensor->dims = dims;
    tensor->has_data_type = true;
    tensor->data_type = dn_onnx_number(dtype);
    tensor->name = own;
    tensor->has_raw_data = true;
    tensor->raw_data = (ProtobufCBinaryData){size, bytes};
    b->graph.initializer[b->graph.n_initializer++] = tensor;
    return bytes;
}

static const char *name_of_newest(const dn_onnx_builder *b)
{
    return b->status == DN_OK ? b->graph.initializer[b->graph.n_initializer - 1]->name : "";
}

const char *dn_onnx_floats(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                           const dn_onnx_shape *shape, const float *numbers)
{
    unsigned char *bytes = add_tensor(b, name, dtype, shape);
    if (!bytes)
        return "";
    const DnOnnx__Tensor *tensor = b->graph.initializer[b->graph.n_initializer - 1];
    dn_output output = {.name = tensor->name, .dtype = dtype, .rank = shape->rank, .data = numbers};
    memcpy(output.shape, shape->sides, sizeof output.shape);
    dn_onnx_keep(b, dn_output_convert(&output, bytes));
    return name_of_newest(b);
}

const char *dn_onnx_whole(dn_onnx_builder *b, const char *name, dn_dtype dtype,
                          const dn_onnx_shape *shape, const double *numbers)
{
    unsigned char *bytes = add_tensor(b, name, dtype, shape);
    size_t size = dn_dtype_size(dtype);
    for (size_t i = 0; bytes && i < count_of(shape); i++)
        for (size_t byte = 0; byte < size; byte++)
            *bytes++ = (unsigned char)((uint64_t)(int64_t)numbers[i] >> 8 * byte);
    return name_of_newest(b);
}
