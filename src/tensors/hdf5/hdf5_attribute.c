/* SPDX-License-Identifier: MIT */
/* Attributes: texts of fixed or variable length, and numbers; others are passed over. */
#include "base/memory.h"
#include "tensors/hdf5/hdf5_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_PER_ATTRIBUTE = 2048 };

typedef struct attribute {
    dn_hdf5_image *image;
    hid_t id, type, space;
    size_t element, count;
    dn_value value;
} attribute;

static dn_status add_text(attribute *a, size_t index, const char *text, size_t length)
{
    char *copy;
    DN_TRY(dn_pool_copy(&a->image->file->pool, text, length, &copy));
    a->value.texts[index] = copy;
    return DN_OK;
}

/* The library's memory for them is its own, and many may share one text. */
static dn_status admit_texts(attribute *a)
{
    dn_hdf5_image *image = a->image;
    size_t bytes;
    if (!dn_multiply(a->count, image->longest_text + 1, &bytes))
        return dn_fail(DN_ERROR_LIMIT, "its attribute \"%.200s\" is larger than the file",
                       a->value.path);
    DN_TRY(dn_budget_take_steps(&image->file->budget, bytes / 16));
    return dn_budget_admit_bytes(&image->file->budget, bytes);
}

static dn_status read_variable_texts(attribute *a)
{
    char **texts;
    DN_TRY(admit_texts(a));
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->count, sizeof *a->value.texts, &a->value.texts));
    DN_TRY(dn_calloc(a->count, sizeof *texts, &texts));
    dn_status status = DN_OK;
    if (H5(H5Aread)(a->id, a->type, texts) < 0)
        status = dn_fail(DN_ERROR_FORMAT, "its attribute \"%.200s\" is damaged", a->value.path);
    for (size_t i = 0; status == DN_OK && i < a->count; i++)
        status = add_text(a, i, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) : 0);
    H5(H5Dvlen_reclaim)(a->type, a->space, H5P_DEFAULT, texts);
    free(texts);
    return status;
}

/* The elements one after the other; *bytes is the pool's. */
static dn_status read_elements(attribute *a, char **bytes)
{
    size_t size;
    if (!dn_multiply(a->count, a->element, &size) || size > a->image->size)
        return dn_fail(DN_ERROR_FORMAT, "its attribute \"%.200s\" is larger than the file",
                       a->value.path);
    DN_TRY(dn_pool_alloc(&a->image->file->pool, size, 1, bytes));
    if (H5(H5Aread)(a->id, a->type, *bytes) < 0)
        return dn_fail(DN_ERROR_FORMAT, "its attribute \"%.200s\" is damaged", a->value.path);
    return DN_OK;
}

static dn_status read_fixed_texts(attribute *a)
{
    char *bytes;
    DN_TRY(read_elements(a, &bytes));
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->count, sizeof *a->value.texts, &a->value.texts));
    for (size_t i = 0; i < a->count; i++) {
        const char *text = bytes + i * a->element; /* a zero may end it sooner */
        DN_TRY(add_text(a, i, text, strnlen(text, a->element)));
    }
    return DN_OK;
}

static dn_status read_numbers(attribute *a, dn_dtype dtype)
{
    char *bytes;
    DN_TRY(read_elements(a, &bytes));
    DN_TRY(dn_pool_alloc(&a->image->file->pool, a->count, sizeof *a->value.numbers,
                         &a->value.numbers));
    for (size_t i = 0; i < a->count; i++)
        a->value.numbers[i] = dn_to_double(dtype, (const unsigned char *)bytes + i * a->element);
    return DN_OK;
}

static dn_status read_value(attribute *a)
{
    dn_dtype dtype;
    int64_t shape[DN_MAX_RANK];
    int rank = dn_hdf5_shape(a->space, shape);
    a->element = H5(H5Tget_size)(a->type);
    a->count = 1;
    for (int d = 0; d < rank; d++)
        if (!dn_multiply(a->count, (size_t)shape[d], &a->count))
            return dn_fail(DN_ERROR_FORMAT, "its attribute \"%.200s\" is larger than the file",
                           a->value.path);
    if (rank < 0 || a->count == 0 || a->element == 0)
        return DN_OK;
    a->value.count = a->count;
    if (H5(H5Tget_class)(a->type) == H5T_STRING)
        return H5(H5Tis_variable_str)(a->type) > 0 ? read_variable_texts(a) : read_fixed_texts(a);
    return dn_hdf5_element(a->type, &dtype) ? read_numbers(a, dtype) : DN_OK;
}

static dn_status read_open(attribute *a, const char *path)
{
    char name[256], *whole;
    ssize_t length = H5(H5Aget_name)(a->id, sizeof name, name);
    if (length < 0)
        return dn_fail(DN_ERROR_FORMAT, "an attribute of \"%.200s\" is damaged", path);
    if ((size_t)length >= sizeof name)
        return DN_OK;
    size_t size = strlen(path) + (size_t)length + 1;
    DN_TRY(dn_pool_alloc(&a->image->file->pool, size + 1, 1, &whole));
    snprintf(whole, size + 1, "%s@%s", path, name);
    a->value.path = whole;
    a->type = H5(H5Aget_type)(a->id);
    a->space = H5(H5Aget_space)(a->id);
    dn_status status = DN_OK;
    if (a->type >= 0 && a->space >= 0)
        status = read_value(a);
    if (a->type >= 0)
        H5(H5Tclose)(a->type);
    if (a->space >= 0)
        H5(H5Sclose)(a->space);
    if (status == DN_OK && (a->value.texts || a->value.numbers))
        status = dn_tensor_file_add_value(a->image->file, &a->value);
    return status;
}

dn_status dn_hdf5_read_attributes(dn_hdf5_image *image, hid_t object, const char *path)
{
    H5O_info_t about;
    memset(&about, 0, sizeof about);
    if (H5(H5Oget_info2)(object, &about, H5O_INFO_NUM_ATTRS) < 0)
        return dn_fail(DN_ERROR_FORMAT, "the attributes of \"%.200s\" are damaged", path);
    for (hsize_t i = 0; i < about.num_attrs; i++) {
        DN_TRY(dn_budget_take_steps(&image->file->budget, STEPS_PER_ATTRIBUTE));
        attribute a = {.image = image};
        a.id = H5(H5Aopen_by_idx)(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT,
                                  H5P_DEFAULT);
        if (a.id < 0)
            return dn_fail(DN_ERROR_FORMAT, "an attribute of \"%.200s\" is damaged", path);
        dn_status status = read_open(&a, path);
        H5(H5Aclose)(a.id);
        DN_TRY(status);
    }
    return DN_OK;
}
