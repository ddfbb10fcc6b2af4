/* SPDX-License-Identifier: MIT */
#include "tensors/tensors.h"

#include "base/json.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void dn_tensor_file_close(dn_tensor_file *file)
{
    if (!file)
        return;
    if (!file->borrowed)
        dn_file_map_close(&file->map);
    for (size_t i = 0; i < file->sidecar_count; i++)
        dn_file_map_close(&file->sidecars[i].map);
    dn_pool_free(&file->pool);
    free(file);
}

const char *dn_tensor_file_format(const dn_tensor_file *file)
{
    if (!file)
        return NULL;
    return file->format;
}

size_t dn_tensor_file_count(const dn_tensor_file *file)
{
    if (!file)
        return 0;
    return file->tensor_count;
}

dn_tensor_info dn_tensor_file_item(const dn_tensor_file *file, size_t index)
{
    dn_tensor_info info = {0};
    if (!file || index >= file->tensor_count)
        return info;
    const dn_tensor *tensor = &file->tensors[index];
    info = (dn_tensor_info){tensor->name, dn_dtype_name(tensor->dtype), tensor->rank, {0}};
    memcpy(info.shape, tensor->shape, sizeof info.shape);
    return info;
}

dn_status dn_tensor_file_floats(const dn_tensor_file *file, size_t index, float *data)
{
    DN_NEED(file);
    DN_NEED(data);
    if (index >= file->tensor_count)
        return dn_fail(DN_ERROR_ARGUMENT, "tensor %zu: the file has %zu", index,
                       file->tensor_count);
    const dn_tensor *tensor = &file->tensors[index];
    if (!dn_dtype_is_float(tensor->dtype))
        return dn_fail(DN_ERROR_ARGUMENT, "%s: tensor \"%s\" is %s, not a floating type",
                       file->name, tensor->name, dn_dtype_name(tensor->dtype));
    dn_tensor_read(tensor, data);
    return DN_OK;
}

dn_status dn_tensor_file_check(const dn_tensor_file *file)
{
    dn_status status = dn_file_map_check(&file->map, file->name);
    for (size_t i = 0; i < file->sidecar_count && status == DN_OK; i++)
        status = dn_file_map_check(&file->sidecars[i].map, file->name);
    return status;
}

void dn_tensor_file_forget_pages(const dn_tensor_file *file)
{
    dn_file_map_forget(&file->map);
    for (size_t i = 0; i < file->sidecar_count; i++)
        dn_file_map_forget(&file->sidecars[i].map);
}

const char *dn_last_component(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

const dn_value *dn_tensor_file_value(const dn_tensor_file *file, const char *path)
{
    for (size_t i = 0; i < file->value_count; i++)
        if (strcmp(file->values[i].path, path) == 0)
            return &file->values[i];
    return NULL;
}

const dn_value *dn_tensor_file_last(const dn_tensor_file *file, const char *name)
{
    for (size_t i = file->value_count; i-- > 0;)
        if (strcmp(dn_last_component(file->values[i].path), name) == 0)
            return &file->values[i];
    return NULL;
}

static dn_status count_elements(dn_tensor *tensor, const char *what)
{
    tensor->count = 1;
    for (int d = 0; d < tensor->rank; d++) {
        if (tensor->shape[d] < 0)
            return dn_fail(DN_ERROR_FORMAT, "%s: dimension %d has size %lld", what, d,
                           (long long)tensor->shape[d]);
        if (tensor->strides[d] < 0)
            return dn_fail(DN_ERROR_FORMAT, "%s: dimension %d has stride %lld", what, d,
                           (long long)tensor->strides[d]);
        if (!dn_multiply(tensor->count, (size_t)tensor->shape[d], &tensor->count))
            return dn_fail(DN_ERROR_FORMAT, "%s: its dimensions overflow", what);
    }
    return DN_OK;
}

dn_status dn_tensor_check(dn_tensor *tensor, size_t offset, size_t available, const char *what)
{
    DN_TRY(count_elements(tensor, what));
    if (tensor->count == 0)
        return DN_OK;
    size_t end = offset, span;
    bool sound = dn_add(offset, 1, &end);
    for (int d = 0; d < tensor->rank && sound; d++)
        sound = dn_multiply((size_t)tensor->shape[d] - 1, (size_t)tensor->strides[d], &span) &&
                dn_add(end, span, &end);
    /* The second test stops a stretched view (stride 0) of a small storage from
     * requesting any amount of memory later. */
    if (!sound || end > available || tensor->count > available)
        return dn_fail(DN_ERROR_FORMAT,
                       "%s: %zu elements from number %zu on do not fit in the %zu that are stored",
                       what, tensor->count, offset, available);
    return DN_OK;
}

void dn_tensor_pack(dn_tensor *tensor)
{
    size_t stride = 1; /* of sizes not checked yet, so unsigned, which may wrap */
    for (int d = tensor->rank - 1; d >= 0; d--) {
        tensor->strides[d] = (int64_t)(stride & INT64_MAX);
        stride *= (size_t)tensor->shape[d];
    }
}

void dn_tensor_pack_columns(dn_tensor *tensor)
{
    size_t stride = 1;
    for (int d = 0; d < tensor->rank; d++) {
        tensor->strides[d] = (int64_t)(stride & INT64_MAX);
        stride *= (size_t)tensor->shape[d];
    }
}

bool dn_tensor_is_packed(const dn_tensor *tensor)
{
    dn_tensor packed = *tensor;
    dn_tensor_pack(&packed);
    for (int d = 0; d < tensor->rank; d++)
        if (tensor->shape[d] != 1 && tensor->strides[d] != packed.strides[d])
            return false;
    return true;
}

/* Dimensions from d on; returns the end of what it wrote. */
static float *read_from(const dn_tensor *tensor, int d, const unsigned char *data, float *out)
{
    if (d >= tensor->rank - 1) {
        size_t count = tensor->rank ? (size_t)tensor->shape[d] : 1;
        dn_to_float(tensor->dtype, data, count, tensor->rank ? tensor->strides[d] : 1, out);
        return out + count;
    }
    size_t step = (size_t)tensor->strides[d] * dn_dtype_size(tensor->dtype);
    for (int64_t i = 0; i < tensor->shape[d]; i++)
        out = read_from(tensor, d + 1, data + (size_t)i * step, out);
    return out;
}

void dn_tensor_read(const dn_tensor *tensor, float *out)
{
    if (dn_tensor_is_packed(tensor))
        dn_to_float(tensor->dtype, tensor->data, tensor->count, 1, out);
    else if (tensor->count)
        read_from(tensor, 0, tensor->data, out);
}

dn_status dn_tensor_file_add(dn_tensor_file *file, const dn_tensor *tensor)
{
    DN_TRY(dn_pool_grow(&file->pool, sizeof *tensor, file->tensor_count, &file->tensor_capacity,
                        &file->tensors));
    file->tensors[file->tensor_count++] = *tensor;
    return DN_OK;
}

dn_status dn_tensor_file_add_value(dn_tensor_file *file, const dn_value *value)
{
    DN_TRY(dn_pool_grow(&file->pool, sizeof *value, file->value_count, &file->value_capacity,
                        &file->values));
    file->values[file->value_count++] = *value;
    return DN_OK;
}

dn_status dn_tensor_file_add_text(dn_tensor_file *file, const char *path, const char *text)
{
    char *path_copy, *text_copy;
    const char **texts;
    DN_TRY(dn_pool_copy(&file->pool, path, strlen(path), &path_copy));
    DN_TRY(dn_pool_copy(&file->pool, text, strlen(text), &text_copy));
    DN_TRY(dn_pool_alloc(&file->pool, 1, sizeof *texts, &texts));
    texts[0] = text_copy;
    return dn_tensor_file_add_value(file,
                                    &(dn_value){.path = path_copy, .count = 1, .texts = texts});
}

dn_status dn_tensor_file_add_metadata(dn_tensor_file *file, const char *json, size_t size)
{
    json_t *metadata = NULL;
    DN_TRY(dn_json_parse(json, size, "its " DN_METADATA_ENTRY, &file->budget, &metadata));
    dn_status status = DN_OK;
    const char *key;
    json_t *text;
    json_object_foreach(metadata, key, text)
    {
        if (status == DN_OK && json_is_string(text))
            status = dn_tensor_file_add_text(file, key, json_string_value(text));
    }
    json_decref(metadata);
    return status;
}
