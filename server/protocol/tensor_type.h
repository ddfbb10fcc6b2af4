/* SPDX-License-Identifier: MIT */
/* Types of tensors, by the names that the Open Inference Protocol gives them. */
#ifndef PROTOCOL_TENSOR_TYPE_H
#define PROTOCOL_TENSOR_TYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum tensor_type {
    TENSOR_BOOL,
    TENSOR_UINT8,
    TENSOR_UINT16,
    TENSOR_UINT32,
    TENSOR_UINT64,
    TENSOR_INT8,
    TENSOR_INT16,
    TENSOR_INT32,
    TENSOR_INT64,
    TENSOR_FP16,
    TENSOR_BF16,
    TENSOR_FP32,
    TENSOR_FP64,
    TENSOR_BYTES, /* elements are strings of bytes, each of its own length */
    TENSOR_TYPE_COUNT
} tensor_type;

/* False if no type has this name. */
bool tensor_type_find(const char *name, tensor_type *type);
const char *tensor_type_name(tensor_type type);

/* Bytes of one element; 0 of BYTES. */
size_t tensor_type_size(tensor_type type);

#endif
