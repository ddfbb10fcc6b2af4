/* SPDX-License-Identifier: MIT */
#include "protocol/tensor_type.h"

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[TENSOR_TYPE_COUNT] = {
    [TENSOR_BOOL] = {"BOOL", 1},     [TENSOR_UINT8] = {"UINT8", 1},
    [TENSOR_UINT16] = {"UINT16", 2}, [TENSOR_UINT32] = {"UINT32", 4},
    [TENSOR_UINT64] = {"UINT64", 8}, [TENSOR_INT8] = {"INT8", 1},
    [TENSOR_INT16] = {"INT16", 2},   [TENSOR_INT32] = {"INT32", 4},
    [TENSOR_INT64] = {"INT64", 8},   [TENSOR_FP16] = {"FP16", 2},
    [TENSOR_BF16] = {"BF16", 2},     [TENSOR_FP32] = {"FP32", 4},
    [TENSOR_FP64] = {"FP64", 8},     [TENSOR_BYTES] = {"BYTES", 0},
};

bool tensor_type_find(const char *name, tensor_type *type)
{
    for (int i = 0; i < TENSOR_TYPE_COUNT; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = (tensor_type)i;
            return true;
        }
    return false;
}

const char *tensor_type_name(tensor_type type)
{
    return types[type].name;
}

size_t tensor_type_size(tensor_type type)
{
    return types[type].size;
}
