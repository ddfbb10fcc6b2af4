/* SPDX-License-Identifier: MIT */
/* Tensors of the caller's as if they had been read from a file. */
#include "base/memory.h"
#include "loading/load.h"
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

static dn_status check_view(const dn_tensor_view *view, size_t number)
{
    if (!view->name)
        return dn_fail(DN_ERROR_ARGUMENT, "tensors: number %zu has no name", number);
    if (!view->data)
        return dn_fail(DN_ERROR_ARGUMENT, "tensors: \"%s\" has no data", view->name);
    if (view->rank < 0 || view->rank > DN_MAX_RANK)
        return dn_fail(DN_ERROR_ARGUMENT, "tensors: \"%s\" has rank %d, 0 to %d are expected",
                       view->name, view->rank, DN_MAX_RANK);
    for (int d = 0; d < view->rank; d++)
        if (view->shape[d] < 0)
            return dn_fail(DN_ERROR_ARGUMENT, "tensors: \"%s\" has %lld as dimension %d",
                           view->name, (long long)view->shape[d], d);
    return DN_OK;
}

/* What is wrong with a file is here wrong with an argument. */
static dn_status refuse_argument(dn_status status)
{
    return status == DN_ERROR_FORMAT ? dn_fail_within(DN_ERROR_ARGUMENT, "tensors") : status;
}

static dn_status add_view(dn_tensor_file *file, const dn_tensor_view *view, size_t number)
{
    DN_TRY(check_view(view, number));
    dn_tensor tensor = {.dtype = DN_F32, .rank = view->rank};
    char *name;
    DN_TRY(dn_pool_copy(&file->pool, view->name, strlen(view->name), &name));
    tensor.name = name;
    tensor.data = (const unsigned char *)view->data;
    memcpy(tensor.shape, view->shape, (size_t)view->rank * sizeof *view->shape);
    dn_tensor_pack(&tensor);
    DN_TRY(refuse_argument(dn_tensor_check(&tensor, 0, SIZE_MAX / sizeof(float), name)));
    return dn_tensor_file_add(file, &tensor);
}

static dn_status fill_file(dn_tensor_file *file, const dn_tensor_view *tensors, size_t count)
{
    if (count == 0)
        return dn_fail(DN_ERROR_ARGUMENT, "tensors: there are none");
    for (size_t i = 0; i < count; i++)
        DN_TRY(add_view(file, &tensors[i], i));
    return refuse_argument(dn_check_tensor_names(file));
}

dn_status dn_model_from_tensors(const dn_tensor_view *tensors, size_t count,
                                const dn_load_options *options, dn_model **model)
{
    DN_NEED(tensors);
    DN_NEED(model);
    dn_tensor_file *file;
    DN_TRY(dn_calloc(1, sizeof *file, &file));
    *file = (dn_tensor_file){.name = "tensors", .format = "memory", .borrowed = true};
    dn_budget_begin(SIZE_MAX, &file->budget); /* what is in memory is the caller's affair */
    dn_status status = fill_file(file, tensors, count);
    if (status != DN_OK) {
        dn_tensor_file_close(file);
        return status;
    }
    return dn_load_file(file, options, model);
}
