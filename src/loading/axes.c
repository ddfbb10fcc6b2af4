/* SPDX-License-Identifier: MIT */
#include "loading/axes.h"

#include <stdio.h>
#include <string.h>

enum { LARGEST_KERNEL = 11, MOST_MATRICES = 64 };

static bool is_window(int64_t height, int64_t width)
{
    return height == width && height % 2 == 1 && height <= LARGEST_KERNEL;
}

static bool is_kernel(const dn_tensor *tensor)
{
    return tensor->rank == 4 && dn_dtype_is_float(tensor->dtype);
}

/* What follows the last separator; Keras' names may end in ":0". */
static const char *part_of(const char *name)
{
    const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');
    const char *last = slash > dot ? slash : dot;
    return last ? last + 1 : name;
}

static bool is_named_kernel(const dn_tensor *tensor)
{
    return strncmp(part_of(tensor->name), "kernel", 6) == 0;
}

/* How many kernels can only be of one order, and one of Keras' name that can be of both. */
typedef struct orders {
    int windows_first, windows_last;
    const dn_tensor *either;
} orders;

static orders look(const dn_tensor_file *file)
{
    orders found = {0};
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        const int64_t *shape = tensor->shape;
        if (!is_kernel(tensor))
            continue;
        bool first = is_window(shape[0], shape[1]), last = is_window(shape[2], shape[3]);
        found.windows_first += first && !last;
        found.windows_last += last && !first;
        if (first && last && is_named_kernel(tensor))
            found.either = tensor;
    }
    return found;
}

/* The axes in another order: axis d becomes what order[d] was. */
static void turn(dn_tensor *tensor, const int *order)
{
    dn_tensor was = *tensor;
    for (int d = 0; d < tensor->rank; d++) {
        tensor->shape[d] = was.shape[order[d]];
        tensor->strides[d] = was.strides[order[d]];
    }
}

/* The vector called "bias" beside a matrix; NULL if there is none. */
static const dn_tensor *find_bias(const dn_tensor_file *file, const dn_tensor *matrix)
{
    size_t length = (size_t)(part_of(matrix->name) - matrix->name);
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (tensor->rank == 1 && strncmp(tensor->name, matrix->name, length) == 0 &&
            (strcmp(tensor->name + length, "bias") == 0 ||
             strcmp(tensor->name + length, "bias:0") == 0))
            return tensor;
    }
    return NULL;
}

static dn_status refuse(const dn_tensor *tensor)
{
    return dn_fail(DN_ERROR_MISMATCH,
                   "the shape of \"%.200s\" does not tell whether its inputs or its outputs come "
                   "first",
                   tensor->name);
}

static dn_status turn_matrix(const dn_tensor_file *file, dn_tensor *matrix, bool with_kernels)
{
    static const int swapped[] = {1, 0};
    const dn_tensor *bias = find_bias(file, matrix);
    bool outs_last = bias && bias->shape[0] == matrix->shape[1],
         outs_first = bias && bias->shape[0] == matrix->shape[0];
    if (outs_first && outs_last && !with_kernels && is_named_kernel(matrix))
        return refuse(matrix);
    if (outs_last ? !outs_first || with_kernels : with_kernels && !outs_first)
        turn(matrix, swapped);
    return DN_OK;
}

dn_status dn_turn_axes(dn_tensor_file *file, bool *turned)
{
    static const int windows_last[] = {3, 2, 0, 1};
    orders found = look(file);
    int matrices = 0;
    *turned = found.windows_first > 0 && found.windows_last == 0;
    if (!*turned && !found.windows_last && found.either)
        return refuse(found.either);
    for (size_t i = 0; i < file->tensor_count; i++) {
        dn_tensor *tensor = &file->tensors[i];
        if (*turned && is_kernel(tensor))
            turn(tensor, windows_last);
        else if (tensor->rank == 2 && matrices++ < MOST_MATRICES)
            DN_TRY(turn_matrix(file, tensor, *turned));
    }
    return DN_OK;
}
