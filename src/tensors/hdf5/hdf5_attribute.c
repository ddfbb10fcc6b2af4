/* SPDX-License-Identifier: MIT */
/* Attributes: texts of fixed or variable length, and numbers; others are passed over. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_PER_ATTRIBUTE = 512 };

typedef struct attribute {
    const dn_hdf5_image *image;
    dn_hdf5_bytes name, type, space, data;
    dn_hdf5_element element;
    dn_value value;
} attribute;

static dn_status damaged(const attribute *a, const char *why)
{
    return dn_fail(DN_ERROR_FORMAT, "its attribute \"%.200s\" is damaged%s", a->value.path, why);
}

static dn_status read_variable_texts(attribute *a)
{
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->value.count, sizeof *a->value.texts,
                         &a->value.texts));
    for (size_t i = 0; i < a->value.count; i++) {
        bool whole;
        DN_TRY(dn_hdf5_read_text(a->image, &a->data, &a->value.texts[i], &whole));
        if (!whole)
            return damaged(a, ": its texts are not whole");
    }
    return DN_OK;
}

/* A zero may end one sooner. */
static dn_status read_fixed_texts(attribute *a)
{
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->value.count, sizeof *a->value.texts,
                         &a->value.texts));
    for (size_t i = 0; i < a->value.count; i++) {
        const char *text = (const char *)a->data.at + i * a->element.size;
        char *copy;
        DN_TRY(dn_pool_copy(&a->image->file->pool, text, strnlen(text, a->element.size), &copy));
        a->value.texts[i] = copy;
    }
    return DN_OK;
}

static dn_status read_numbers(attribute *a)
{
    size_t size = a->element.size;
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->value.count, sizeof *a->value.numbers,
                         &a->value.numbers));
    for (size_t i = 0; i < a->value.count; i++) {
        unsigned char number[8];
        memcpy(number, a->data.at + i * size, size);
        if (a->element.swapped)
            dn_hdf5_swap(number, 1, size, number);
        a->value.numbers[i] = dn_to_double(a->element.dtype, number);
    }
    return DN_OK;
}

/* Checks that all elements are there. */
static dn_status read_value(attribute *a)
{
    int rank;
    int64_t shape[DN_MAX_RANK];
    size_t bytes;
    if (!dn_hdf5_read_space(a->space, &rank, shape) || !dn_hdf5_read_element(a->type, &a->element))
        return damaged(a, "");
    a->value.count = rank >= 0;
    for (int d = 0; d < rank; d++)
        if (!dn_multiply(a->value.count, (size_t)shape[d], &a->value.count))
            return damaged(a, "");
    if (a->value.count == 0 || a->element.size == 0 || a->element.kind == DN_HDF5_OTHER)
        return DN_OK;
    if (!dn_multiply(a->value.count, a->element.size, &bytes) || bytes > a->data.left)
        return damaged(a, ": it is larger than its part of the file");
    DN_TRY(a->element.kind == DN_HDF5_NUMBER       ? read_numbers(a)
           : a->element.kind == DN_HDF5_FIXED_TEXT ? read_fixed_texts(a)
                                                   : read_variable_texts(a));
    return dn_tensor_file_add_value(a->image->file, &a->value);
}

/* Takes a part, which version 1 fills up to a multiple of 8 bytes. */
static dn_hdf5_bytes take(dn_hdf5_bytes *body, uint64_t version, uint64_t size)
{
    dn_hdf5_bytes part = dn_hdf5_cut(body, size);
    if (version == 1)
        dn_hdf5_skip(body, (8 - size % 8) % 8);
    return part;
}

/* Version 3 adds what characters the name is of. */
static bool split(attribute *a, dn_hdf5_bytes body)
{
    uint64_t version = dn_hdf5_number(&body, 1), flags = dn_hdf5_number(&body, 1),
             name = dn_hdf5_number(&body, 2), type = dn_hdf5_number(&body, 2),
             space = dn_hdf5_number(&body, 2);
    if (version == 3)
        dn_hdf5_skip(&body, 1);
    a->name = take(&body, version, name);
    a->type = take(&body, version, type);
    a->space = take(&body, version, space);
    a->data = body;
    return !body.broken && version >= 1 && version <= 3 && flags == 0 && a->name.left &&
           a->name.at[a->name.left - 1] == '\0';
}

static dn_status read_attribute(const dn_hdf5_image *image, const char *path, dn_hdf5_bytes body)
{
    attribute a = {.image = image};
    char *whole;
    DN_TRY(dn_budget_take_steps(&image->file->budget, STEPS_PER_ATTRIBUTE));
    if (!split(&a, body))
        return dn_fail(DN_ERROR_FORMAT, "an attribute of \"%.200s\" is damaged", path);
    size_t size = strlen(path) + a.name.left + 1;
    DN_TRY(dn_pool_alloc(&image->file->pool, size, 1, &whole));
    snprintf(whole, size, "%s@%s", path, (const char *)a.name.at);
    a.value.path = whole;
    return read_value(&a);
}

dn_status dn_hdf5_read_attributes(const dn_hdf5_image *image, const dn_hdf5_object *object)
{
    for (size_t i = 0; i < object->count; i++)
        if (object->messages[i].type == DN_HDF5_ATTRIBUTE)
            DN_TRY(read_attribute(image, object->path, object->messages[i].body));
    return DN_OK;
}
