/* SPDX-License-Identifier: MIT */
#include "tensors/onnx/onnx_tensor.h"

#include "base/memory.h"
#include "tensors/onnx/onnx_sidecar.h"

#include <stdio.h>
#include <string.h>

#define NONE DN_DTYPE_COUNT
enum { IN_OTHER_FILE = 1 };

static const dn_dtype dtypes[] = {NONE,   DN_F32,  DN_U8,   DN_I8,      DN_U16, DN_I16,    DN_I32,
                                  DN_I64, NONE,    DN_BOOL, DN_F16,     DN_F64, DN_U32,    DN_U64,
                                  DN_C64, DN_C128, DN_BF16, DN_F8_E4M3, NONE,   DN_F8_E5M2};

bool dn_onnx_dtype(int number, dn_dtype *dtype)
{
    if (number < 0 || (size_t)number >= sizeof dtypes / sizeof *dtypes || dtypes[number] == NONE)
        return false;
    *dtype = dtypes[number];
    return true;
}

int dn_onnx_number(dn_dtype dtype)
{
    int number = 1;
    while (dtypes[number] != dtype)
        number++;
    return number;
}

static dn_status read_shape(const DnOnnx__Tensor *message, const char *what, dn_tensor *tensor)
{
    if (message->n_dims > DN_MAX_RANK)
        return dn_fail(DN_ERROR_FORMAT, "%s has %zu dimensions, at most %d are read", what,
                       message->n_dims, DN_MAX_RANK);
    tensor->rank = (int)message->n_dims;
    for (int d = 0; d < tensor->rank; d++)
        tensor->shape[d] = message->dims[d];
    dn_tensor_pack(tensor);
    return DN_OK;
}

/* The field of a type whose numbers are not in raw_data, and how wide its items are. */
typedef struct field {
    const void *data;
    size_t count, item;
} field;

static field field_of(const DnOnnx__Tensor *message, dn_dtype dtype)
{
    switch (dtype) {
    case DN_F32:
        return (field){message->float_data, message->n_float_data, 4};
    case DN_F64:
        return (field){message->double_data, message->n_double_data, 8};
    case DN_I64:
        return (field){message->int64_data, message->n_int64_data, 8};
    case DN_U64:
    case DN_U32:
        return (field){message->uint64_data, message->n_uint64_data, 8};
    default:
        return (field){message->int32_data, message->n_int32_data, 4};
    }
}

/* Items wider than their type are narrowed to their low bytes. */
static dn_status take_field(dn_tensor_file *file, const DnOnnx__Tensor *message, const char *what,
                            dn_tensor *tensor)
{
    field from = field_of(message, tensor->dtype);
    size_t width = dn_dtype_size(tensor->dtype);
    DN_TRY(dn_tensor_check(tensor, 0, from.count, what));
    if (tensor->count != from.count || width > from.item)
        return dn_fail(DN_ERROR_FORMAT, "%s has room for %zu numbers, and holds %zu", what,
                       tensor->count, from.count);
    tensor->data = from.data;
    if (width == from.item || !from.count)
        return DN_OK;
    unsigned char *narrow = NULL;
    DN_TRY(dn_pool_alloc(&file->pool, from.count, width, &narrow));
    for (size_t i = 0; i < from.count; i++)
        memcpy(narrow + i * width, (const unsigned char *)from.data + i * from.item, width);
    tensor->data = narrow;
    return DN_OK;
}

static dn_status take_bytes(const unsigned char *data, size_t size, const char *what,
                            dn_tensor *tensor)
{
    size_t width = dn_dtype_size(tensor->dtype);
    DN_TRY(dn_tensor_check(tensor, 0, size / width, what));
    if (tensor->count * width != size)
        return dn_fail(DN_ERROR_FORMAT, "%s has room for %zu bytes, and holds %zu", what,
                       tensor->count * width, size);
    tensor->data = data;
    return DN_OK;
}

dn_status dn_onnx_tensor(dn_tensor_file *file, const DnOnnx__Tensor *message, dn_tensor *tensor)
{
    char what[160];
    *tensor = (dn_tensor){.name = message->name ? message->name : ""};
    snprintf(what, sizeof what, "tensor \"%.120s\"", tensor->name);
    if (!dn_onnx_dtype(message->data_type, &tensor->dtype))
        return dn_fail(DN_ERROR_FORMAT, "%s has elements of type %d, which is not read", what,
                       message->data_type);
    DN_TRY(read_shape(message, what, tensor));
    if (message->data_location == IN_OTHER_FILE) {
        const unsigned char *data = NULL;
        size_t size = 0;
        DN_TRY(dn_onnx_external(file, message, what, &data, &size));
        return take_bytes(data, size, what, tensor);
    }
    if (message->has_raw_data)
        return take_bytes(message->raw_data.data, message->raw_data.len, what, tensor);
    return take_field(file, message, what, tensor);
}
