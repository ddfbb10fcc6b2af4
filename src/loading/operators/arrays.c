/* SPDX-License-Identifier: MIT */
#include "loading/operators/arrays.h"

#include "base/memory.h"

#include <string.h>

dn_status dn_array_create(dn_tensor_file *file, dn_dtype dtype, int rank, const int64_t *shape,
                          dn_tensor **array, void *data)
{
    dn_tensor *made = NULL;
    unsigned char *bytes = NULL;
    DN_TRY(dn_pool_alloc(&file->pool, 1, sizeof *made, &made));
    *made = (dn_tensor){.name = "", .dtype = dtype, .rank = rank};
    memcpy(made->shape, shape, (size_t)rank * sizeof *shape);
    dn_tensor_pack(made);
    DN_TRY(dn_tensor_check(made, 0, SIZE_MAX / 2, "an array of its graph"));
    DN_TRY(dn_pool_alloc(&file->pool, made->count, dn_dtype_size(dtype), &bytes));
    made->data = bytes;
    *array = made;
    memcpy(data, &bytes, sizeof bytes);
    return DN_OK;
}

dn_status dn_array_floats(dn_tensor_file *file, size_t count, dn_tensor **array, float **data)
{
    return dn_array_create(file, DN_F32, 1, (const int64_t[]){(int64_t)count}, array, data);
}

/* Where the next element in row-major order is; counts `place` on. */
static size_t step(const dn_tensor *tensor, int64_t place[DN_MAX_RANK])
{
    size_t offset = 0;
    for (int d = 0; d < tensor->rank; d++)
        offset += (size_t)(place[d] * tensor->strides[d]);
    for (int d = tensor->rank; d-- > 0;) {
        if (++place[d] < tensor->shape[d])
            break;
        place[d] = 0;
    }
    return offset;
}

dn_status dn_array_pack(dn_tensor_file *file, const dn_tensor *tensor, const dn_tensor **packed)
{
    dn_tensor *made;
    unsigned char *data;
    int64_t place[DN_MAX_RANK] = {0};
    size_t width = dn_dtype_size(tensor->dtype);
    *packed = tensor;
    if (dn_tensor_is_packed(tensor))
        return DN_OK;
    DN_TRY(dn_budget_take_steps(&file->budget, tensor->count));
    DN_TRY(dn_array_create(file, tensor->dtype, tensor->rank, tensor->shape, &made, &data));
    made->name = tensor->name;
    for (size_t i = 0; i < tensor->count; i++)
        memcpy(data + i * width, tensor->data + step(tensor, place) * width, width);
    *packed = made;
    return DN_OK;
}

dn_status dn_array_integers(dn_tensor_file *file, const dn_tensor *tensor, const int64_t **integers)
{
    int64_t *made = NULL;
    *integers = NULL;
    if (tensor->dtype < DN_I64 || tensor->dtype > DN_BOOL)
        return DN_OK;
    DN_TRY(dn_array_pack(file, tensor, &tensor));
    DN_TRY(dn_budget_take_steps(&file->budget, tensor->count));
    DN_TRY(dn_pool_alloc(&file->pool, tensor->count, sizeof *made, &made));
    size_t width = dn_dtype_size(tensor->dtype);
    for (size_t i = 0; i < tensor->count; i++)
        if (tensor->dtype == DN_I64)
            memcpy(&made[i], tensor->data + i * width, width);
        else if (tensor->dtype != DN_U64)
            made[i] = (int64_t)dn_to_double(tensor->dtype, tensor->data + i * width);
    *integers = made;
    return DN_OK;
}

dn_status dn_array_read(dn_tensor_file *file, const dn_tensor *tensor, size_t count,
                        const float **floats)
{
    float *made = NULL;
    *floats = NULL;
    if (!tensor || !dn_dtype_is_float(tensor->dtype) ||
        (tensor->count != count && (tensor->count != 1 || !count)))
        return DN_OK;
    DN_TRY(dn_pool_alloc(&file->pool, count, sizeof *made, &made));
    dn_tensor_read(tensor, made);
    for (size_t i = 1; i < count && tensor->count == 1; i++)
        made[i] = made[0];
    *floats = made;
    return DN_OK;
}

dn_status dn_array_reshape(dn_tensor_file *file, const dn_tensor *tensor, int rank,
                           const int64_t *shape, const dn_tensor **reshaped)
{
    dn_tensor *made = NULL;
    DN_TRY(dn_array_pack(file, tensor, &tensor));
    DN_TRY(dn_pool_alloc(&file->pool, 1, sizeof *made, &made));
    *made = *tensor;
    made->rank = rank;
    memcpy(made->shape, shape, (size_t)rank * sizeof *shape);
    dn_tensor_pack(made);
    *reshaped = made;
    return dn_tensor_check(made, 0, tensor->count, "an array of its graph");
}

dn_status dn_array_reorder(dn_tensor_file *file, const dn_tensor *tensor, int axis,
                           const int *order, const dn_tensor **reordered)
{
    size_t length = (size_t)tensor->shape[axis], inner = dn_dtype_size(tensor->dtype), outer = 1;
    bool same = true;
    for (size_t i = 0; i < length; i++)
        same = same && order[i] == (int)i;
    *reordered = tensor;
    if (same)
        return DN_OK;
    dn_tensor *made;
    unsigned char *data;
    DN_TRY(dn_array_pack(file, tensor, &tensor));
    DN_TRY(dn_array_create(file, tensor->dtype, tensor->rank, tensor->shape, &made, &data));
    made->name = tensor->name;
    for (int d = 0; d < axis; d++)
        outer *= (size_t)tensor->shape[d];
    for (int d = axis + 1; d < tensor->rank; d++)
        inner *= (size_t)tensor->shape[d];
    for (size_t o = 0; o < outer; o++)
        for (size_t i = 0; i < length; i++)
            memcpy(data + (o * length + i) * inner,
                   tensor->data + (o * length + (size_t)order[i]) * inner, inner);
    *reordered = made;
    return DN_OK;
}
