/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdlib.h>

static size_t bytes_of(const dn_tensor *tensor)
{
    return tensor->count * dn_dtype_size(tensor->dtype);
}

static int by_place(const void *a, const void *b)
{
    const dn_tensor *first = *(const dn_tensor *const *)a, *second = *(const dn_tensor *const *)b;
    return (first->data > second->data) - (first->data < second->data);
}

/* Those that stayed in the file; others have memory of their own. */
static size_t pick(const dn_hdf5_image *image, const dn_tensor **picked)
{
    size_t count = 0;
    for (size_t i = 0; i < image->file->tensor_count; i++) {
        const dn_tensor *tensor = &image->file->tensors[i];
        uintptr_t place = (uintptr_t)tensor->data, begin = (uintptr_t)image->data;
        if (tensor->count && place >= begin && place - begin < image->size)
            picked[count++] = tensor;
    }
    return count;
}

dn_status dn_hdf5_check_overlaps(const dn_hdf5_image *image)
{
    const dn_tensor **sorted;
    DN_TRY(dn_calloc(image->file->tensor_count, sizeof(const dn_tensor *), &sorted));
    size_t count = pick(image, sorted);
    dn_status status = DN_OK;
    qsort(sorted, count, sizeof(const dn_tensor *), by_place);
    for (size_t i = 1; i < count && status == DN_OK; i++) {
        const dn_tensor *a = sorted[i - 1], *b = sorted[i];
        bool same = a->data == b->data && bytes_of(a) == bytes_of(b);
        if (!same && (size_t)(b->data - a->data) < bytes_of(a))
            status = dn_fail(DN_ERROR_FORMAT,
                             "tensor \"%.200s\": its data overlap another tensor's", b->name);
    }
    free(sorted);
    return status;
}
