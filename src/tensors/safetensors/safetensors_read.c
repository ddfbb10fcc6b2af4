/* SPDX-License-Identifier: MIT */
/* safetensors: an 8-byte little-endian header size, a JSON header
 *     {"__metadata__": {key: text, ...},
 *      name: {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, ...}
 * then the data, which the tensors fill from end to end without holes. */
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensors/readers.h"

#include <stdlib.h>
#include <string.h>

/* The format allows 100 MB, whose JSON tree would take gigabytes; the header of
 * the largest DenseNet has 0.3 MB. */
#define MAX_HEADER ((size_t)8 << 20)

static uint64_t header_size(const unsigned char *data)
{
    uint64_t size = 0;
    for (int i = 7; i >= 0; i--)
        size = size << 8 | data[i];
    return size;
}

/* Whatever size it claims: a hostile header then gets its own error message. */
static bool recognises(const unsigned char *data, size_t size)
{
    return size >= 9 && data[8] == '{';
}

static dn_status read_shape(const char *name, const json_t *shape, dn_tensor *tensor)
{
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > DN_MAX_RANK)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%s\": its shape is not a list of at most %d dimensions", name,
                       DN_MAX_RANK);
    tensor->rank = (int)rank;
    for (size_t d = 0; d < rank; d++) {
        const json_t *size = json_array_get(shape, d);
        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return dn_fail(DN_ERROR_FORMAT, "tensor \"%s\": dimension %zu is not a size", name, d);
        tensor->shape[d] = json_integer_value(size);
    }
    dn_tensor_pack(tensor);
    return DN_OK;
}

static dn_status read_offsets(const char *name, const json_t *offsets, size_t available,
                              size_t *begin, size_t *end)
{
    const json_t *first = json_array_get(offsets, 0), *second = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(second))
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%s\": its data offsets are not a pair", name);
    json_int_t low = json_integer_value(first), high = json_integer_value(second);
    if (low < 0 || high < low || (uint64_t)high > available)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%s\": data offsets %lld to %lld are not within the %zu bytes of "
                       "data",
                       name, (long long)low, (long long)high, available);
    *begin = (size_t)low;
    *end = (size_t)high;
    return DN_OK;
}

static dn_status add_tensor(dn_tensor_file *file, const char *name, const json_t *entry,
                            const unsigned char *data, size_t available)
{
    dn_tensor tensor = {0};
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (!dtype || !dn_dtype_from_safetensors(dtype, &tensor.dtype))
        return dn_fail(DN_ERROR_FORMAT, "tensor \"%s\": unknown dtype %s", name,
                       dtype ? dtype : "(none)");
    DN_TRY(read_shape(name, json_object_get(entry, "shape"), &tensor));
    size_t begin = 0, end = 0, item = dn_dtype_size(tensor.dtype);
    DN_TRY(read_offsets(name, json_object_get(entry, "data_offsets"), available, &begin, &end));
    char *copy;
    DN_TRY(dn_pool_copy(&file->pool, name, strlen(name), &copy));
    tensor.name = copy;
    DN_TRY(dn_tensor_check(&tensor, 0, (end - begin) / item, name));
    if (tensor.count * item != end - begin)
        return dn_fail(DN_ERROR_FORMAT,
                       "tensor \"%s\": its shape asks for %zu bytes, its offsets span %zu", name,
                       tensor.count * item, end - begin);
    tensor.data = data + begin;
    return dn_tensor_file_add(file, &tensor);
}

static dn_status add_metadata(dn_tensor_file *file, json_t *metadata)
{
    if (!json_is_object(metadata))
        return dn_fail(DN_ERROR_FORMAT, "__metadata__ is not a JSON object");
    const char *key;
    json_t *text;
    json_object_foreach(metadata, key, text)
    {
        if (!json_is_string(text))
            return dn_fail(DN_ERROR_FORMAT, "__metadata__: \"%s\" is not a string", key);
        DN_TRY(dn_tensor_file_add_text(file, key, json_string_value(text)));
    }
    return DN_OK;
}

static int by_position(const void *a, const void *b)
{
    const dn_tensor *first = *(const dn_tensor *const *)a, *second = *(const dn_tensor *const *)b;
    if (first->data != second->data)
        return first->data < second->data ? -1 : 1;
    return (first->count > 0) - (second->count > 0); /* empty ones come before others */
}

static dn_status check_no_holes(const dn_tensor *const *sorted, size_t count,
                                const unsigned char *data, size_t available)
{
    const unsigned char *end = data;
    for (size_t i = 0; i < count; i++) {
        if (sorted[i]->data != end)
            return dn_fail(DN_ERROR_FORMAT, "tensor \"%s\": its data %s", sorted[i]->name,
                           sorted[i]->data < end ? "overlap another tensor's"
                                                 : "do not follow the previous tensor's");
        end += sorted[i]->count * dn_dtype_size(sorted[i]->dtype);
    }
    if (end != data + available)
        return dn_fail(DN_ERROR_FORMAT, "%zu byte%s after the last tensor belong%s to no tensor",
                       (size_t)(data + available - end), dn_plural(data + available - end),
                       data + available - end == 1 ? "s" : "");
    return DN_OK;
}

static dn_status check_layout(const dn_tensor_file *file, const unsigned char *data,
                              size_t available)
{
    const dn_tensor **sorted;
    DN_TRY(dn_calloc(file->tensor_count, sizeof(const dn_tensor *), &sorted));
    for (size_t i = 0; i < file->tensor_count; i++)
        sorted[i] = &file->tensors[i];
    qsort(sorted, file->tensor_count, sizeof(const dn_tensor *), by_position);
    dn_status status = check_no_holes(sorted, file->tensor_count, data, available);
    free(sorted);
    return status;
}

static dn_status read_header(dn_tensor_file *file, json_t *header, const unsigned char *data,
                             size_t available)
{
    if (!json_is_object(header))
        return dn_fail(DN_ERROR_FORMAT, "its header is not a JSON object");
    const char *name;
    json_t *entry;
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0)
            DN_TRY(add_metadata(file, entry));
        else
            DN_TRY(add_tensor(file, name, entry, data, available));
    }
    return check_layout(file, data, available);
}

static dn_status read_safetensors(dn_tensor_file *file)
{
    const unsigned char *bytes = file->map.data;
    uint64_t size = header_size(bytes);
    if (size > MAX_HEADER)
        return dn_fail(DN_ERROR_LIMIT,
                       "a safetensors header of %llu bytes is claimed, at most %zu are read",
                       (unsigned long long)size, MAX_HEADER);
    if (size > file->map.size - 8)
        return dn_fail(DN_ERROR_FORMAT,
                       "a safetensors header of %llu bytes is claimed, %zu bytes are there",
                       (unsigned long long)size, file->map.size - 8);
    json_t *header = NULL;
    DN_TRY(dn_json_parse((const char *)bytes + 8, size, "its safetensors header", &file->budget,
                         &header));
    const unsigned char *data = bytes + 8 + size;
    dn_status status = read_header(file, header, data, (size_t)(bytes + file->map.size - data));
    json_decref(header);
    return status;
}

const dn_reader dn_safetensors_reader = {"safetensors", recognises, read_safetensors};
