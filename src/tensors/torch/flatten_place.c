/* SPDX-License-Identifier: MIT */
/* The path to a place in a pickled object, and what is added there. */
#include "tensors/torch/flatten_place.h"

#include <stdio.h>

dn_status dn_flat_enter(dn_flat_walk *w, const char *name, size_t length, size_t *before)
{
    *before = w->length;
    size_t dot = w->length > 0;
    if (w->length + dot + length >= DN_FLAT_PATH_SIZE)
        return dn_fail(DN_ERROR_LIMIT, "its pickle has names longer than %d bytes",
                       DN_FLAT_PATH_SIZE);
    if (dot)
        w->path[w->length++] = '.';
    for (size_t i = 0; i < length; i++)
        w->path[w->length++] = (char)(name[i] ? name[i] : '?');
    w->path[w->length] = '\0';
    return DN_OK;
}

void dn_flat_leave(dn_flat_walk *w, size_t before)
{
    w->length = before;
    w->path[before] = '\0';
}

bool dn_flat_key(const dn_pickle_node *key, char buffer[24], const char **text, size_t *length)
{
    if (key->kind == DN_PICKLE_TEXT) {
        *text = key->text.data;
        *length = key->text.size;
        return true;
    }
    if (key->kind != DN_PICKLE_INT)
        return false;
    *text = buffer;
    *length = (size_t)snprintf(buffer, 24, "%lld", (long long)key->integer);
    return true;
}

bool dn_flat_is_number(const dn_pickle_node *node)
{
    return node->kind == DN_PICKLE_INT || node->kind == DN_PICKLE_FLOAT ||
           node->kind == DN_PICKLE_BOOL;
}

bool dn_flat_is_text(const dn_pickle_node *node)
{
    return node->kind == DN_PICKLE_TEXT;
}

static dn_status fill_value(dn_flat_walk *w, dn_pickle_node *const *items, size_t count,
                            dn_value *value)
{
    dn_pool *pool = &w->file->pool;
    value->count = count;
    if (dn_flat_is_number(items[0]))
        DN_TRY(dn_pool_alloc(pool, count, sizeof *value->numbers, &value->numbers));
    else
        DN_TRY(dn_pool_alloc(pool, count, sizeof *value->texts, &value->texts));
    for (size_t i = 0; i < count; i++) {
        const dn_pickle_node *item = items[i];
        char *copy = NULL;
        if (value->numbers) {
            value->numbers[i] = item->kind == DN_PICKLE_FLOAT ? item->real : (double)item->integer;
            continue;
        }
        DN_TRY(dn_pool_copy(pool, item->text.data, item->text.size, &copy));
        value->texts[i] = copy;
    }
    return DN_OK;
}

dn_status dn_flat_add_value(dn_flat_walk *w, dn_pickle_node *const *items, size_t count)
{
    dn_value value = {0};
    char *path = NULL;
    DN_TRY(dn_pool_copy(&w->file->pool, w->path, w->length, &path));
    value.path = path;
    DN_TRY(fill_value(w, items, count, &value));
    return dn_tensor_file_add_value(w->file, &value);
}

dn_status dn_flat_add_class(dn_flat_walk *w, const dn_pickle_node *object)
{
    size_t before = 0;
    const dn_pickle_node *class = object->object.class;
    if (class->kind != DN_PICKLE_CLASS)
        return DN_OK;
    DN_TRY(dn_flat_enter(w, "__class__", 9, &before));
    dn_status status = dn_tensor_file_add_text(w->file, w->path, class->text.data);
    dn_flat_leave(w, before);
    if (status == DN_OK && w->describe)
        status = w->describe(w->context, w->file, w->path, class->text.data);
    return status;
}

static dn_status resolve(dn_flat_walk *w, const dn_pickled_tensor *pickled, dn_tensor *tensor)
{
    dn_storage *storage = pickled->storage;
    size_t item = dn_dtype_size(pickled->layout.dtype);
    *tensor = pickled->layout;
    if (!storage->data)
        DN_TRY(w->locate(w->context, storage));
    DN_TRY(dn_tensor_check(tensor, pickled->offset,
                           storage->count * dn_dtype_size(storage->dtype) / item, w->path));
    tensor->data = tensor->count ? storage->data + pickled->offset * item : storage->data;
    return DN_OK;
}

dn_status dn_flat_add_tensor(dn_flat_walk *w, const dn_pickle_node *node, size_t scope)
{
    dn_tensor tensor;
    char *name = NULL;
    DN_TRY(resolve(w, node->tensor, &tensor));
    DN_TRY(dn_pool_copy(&w->file->pool, w->path, w->length, &name));
    tensor.name = name;
    tensor.scope = scope;
    return dn_tensor_file_add(w->file, &tensor);
}
