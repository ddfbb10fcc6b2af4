/* SPDX-License-Identifier: MIT */
/* Datasets: those in one piece stay where they are in the file, others are put together. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <string.h>

enum { COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL, LAYOUT_VERSION = 3 };

typedef struct dataset {
    const dn_hdf5_image *image;
    const dn_hdf5_object *object;
    dn_hdf5_element element;
    dn_tensor tensor;
    size_t bytes;
} dataset;

static dn_status damaged(const dataset *d)
{
    return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" is damaged", d->object->path);
}

/* Keras marks two bytes of no type of HDF5's own by an attribute. */
static dn_status find_bfloat16(dataset *d)
{
    const dn_tensor_file *file = d->image->file;
    const size_t before = file->value_count;
    DN_TRY(dn_hdf5_read_attributes(d->image, d->object));
    for (size_t i = before; i < file->value_count; i++) {
        const dn_value *value = &file->values[i];
        const char *at = strrchr(value->path, '@');
        if (at && strcmp(at, "@dtype") == 0 && value->texts &&
            strcmp(value->texts[0], "bfloat16") == 0)
            d->element = (dn_hdf5_element){.kind = DN_HDF5_NUMBER, .size = 2, .dtype = DN_BF16};
    }
    return DN_OK;
}

/* ------------------------------------------------------------- where numbers lie */

static dn_status place_contiguous(dataset *d, dn_hdf5_bytes layout)
{
    uint64_t address = dn_hdf5_number(&layout, 8), size = dn_hdf5_number(&layout, 8);
    if (!layout.broken && address == DN_HDF5_NOWHERE)
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" was never written", d->object->path);
    if (layout.broken || size != d->bytes)
        return damaged(d);
    dn_hdf5_bytes all = dn_hdf5_from(d->image, address), numbers = dn_hdf5_cut(&all, size);
    if (numbers.broken)
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%.200s\" ends past the end of the file",
                       d->object->path);
    d->tensor.data = numbers.at;
    return DN_OK;
}

static dn_status place_compact(dataset *d, dn_hdf5_bytes layout)
{
    dn_hdf5_bytes numbers = dn_hdf5_cut(&layout, dn_hdf5_number(&layout, 2));
    if (numbers.broken || numbers.left != d->bytes)
        return damaged(d);
    d->tensor.data = numbers.at;
    return DN_OK;
}

static dn_status place_chunks(dataset *d, dn_hdf5_bytes layout)
{
    unsigned char *copy;
    DN_TRY(dn_pool_alloc(&d->image->file->pool, d->bytes, 1, &copy));
    d->tensor.data = copy;
    return dn_hdf5_read_chunks(d->image, d->object, layout, &d->tensor, copy);
}

static dn_status place(dataset *d)
{
    dn_hdf5_bytes layout, external;
    dn_hdf5_find_message(d->object, DN_HDF5_LAYOUT, &layout);
    uint64_t version = dn_hdf5_number(&layout, 1), kind = dn_hdf5_number(&layout, 1);
    if (dn_hdf5_find_message(d->object, DN_HDF5_EXTERNAL, &external))
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%.200s\" lies in another file, which is not read; save it in this "
                       "one",
                       d->object->path);
    if (version > LAYOUT_VERSION && kind == VIRTUAL)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%.200s\" is put together from other datasets, which is not done; "
                       "save a copy of its numbers",
                       d->object->path);
    if (version > LAYOUT_VERSION)
        return dn_hdf5_refuse_newer();
    if (version != LAYOUT_VERSION || kind > CHUNKED)
        return damaged(d);
    d->tensor.data = d->image->data;
    if (d->bytes == 0)
        return DN_OK;
    return kind == CONTIGUOUS ? place_contiguous(d, layout)
           : kind == COMPACT  ? place_compact(d, layout)
                              : place_chunks(d, layout);
}

static dn_status turn_round(dataset *d)
{
    unsigned char *turned;
    if (!d->element.swapped || d->element.size == 1 || d->bytes == 0)
        return DN_OK;
    DN_TRY(dn_budget_take_steps(&d->image->file->budget, d->bytes));
    DN_TRY(dn_pool_alloc(&d->image->file->pool, d->bytes, 1, &turned));
    dn_hdf5_swap(d->tensor.data, d->tensor.count, d->element.size, turned);
    d->tensor.data = turned;
    return DN_OK;
}

static dn_status add(dataset *d)
{
    char *name;
    DN_TRY(dn_pool_copy(&d->image->file->pool, d->object->path, strlen(d->object->path), &name));
    d->tensor.name = name;
    d->tensor.dtype = d->element.dtype;
    dn_tensor_pack(&d->tensor);
    DN_TRY(dn_tensor_check(&d->tensor, 0, SIZE_MAX / d->element.size, name));
    d->bytes = d->tensor.count * d->element.size;
    DN_TRY(place(d));
    DN_TRY(turn_round(d));
    return dn_tensor_file_add(d->image->file, &d->tensor);
}

dn_status dn_hdf5_read_dataset(const dn_hdf5_image *image, const dn_hdf5_object *object)
{
    dataset d = {.image = image, .object = object};
    dn_hdf5_bytes type, space;
    if (!dn_hdf5_find_message(object, DN_HDF5_TYPE, &type) ||
        !dn_hdf5_find_message(object, DN_HDF5_SPACE, &space) ||
        !dn_hdf5_read_element(type, &d.element) ||
        !dn_hdf5_read_space(space, &d.tensor.rank, d.tensor.shape))
        return damaged(&d);
    if (d.element.kind != DN_HDF5_NUMBER && d.element.size == 2)
        DN_TRY(find_bfloat16(&d));
    return d.element.kind == DN_HDF5_NUMBER && d.tensor.rank >= 0 ? add(&d) : DN_OK;
}
