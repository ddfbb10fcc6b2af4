/* SPDX-License-Identifier: MIT */
#include "tensors/torch/torch_storage.h"

#include <string.h>

enum { STEPS_PER_PROBE = 8 };

static size_t hash(const char *key, size_t length)
{
    size_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)key[i]) * 1099511628211u;
    return value;
}

/* Where the key is, or would go; capacity is a power of two, never full. *probes grows by how many
 * others were looked at, which keys that were chosen for it make many. */
static size_t place_of(const dn_storages *storages, const char *key, size_t length, size_t *probes)
{
    size_t mask = storages->capacity - 1, at = hash(key, length) & mask;
    while (storages->items[at] && (strlen(storages->items[at]->key) != length ||
                                   memcmp(storages->items[at]->key, key, length) != 0)) {
        at = (at + 1) & mask;
        ++*probes;
    }
    return at;
}

static dn_status pay(const dn_storages *storages, size_t probes)
{
    dn_budget *budget = storages->pool->budget;
    return budget ? dn_budget_take_steps(budget, probes * STEPS_PER_PROBE) : DN_OK;
}

dn_storage *dn_storages_find(const dn_storages *storages, const char *key, size_t length)
{
    size_t probes = 0;
    return storages->capacity ? storages->items[place_of(storages, key, length, &probes)] : NULL;
}

static dn_status grow(dn_storages *storages)
{
    dn_storages larger = {.pool = storages->pool, .count = storages->count};
    size_t probes = 0;
    larger.capacity = storages->capacity ? 2 * storages->capacity : 64;
    DN_TRY(dn_pool_alloc(larger.pool, larger.capacity, sizeof(dn_storage *), &larger.items));
    for (size_t i = 0; i < storages->capacity; i++) {
        dn_storage *item = storages->items[i];
        if (item)
            larger.items[place_of(&larger, item->key, strlen(item->key), &probes)] = item;
    }
    *storages = larger;
    return pay(storages, probes);
}

/* The storage of a key, created the first time. */
static dn_status intern(dn_storages *storages, const dn_pickle_node *key, dn_dtype dtype,
                        size_t count, dn_storage **out)
{
    if (2 * storages->count >= storages->capacity)
        DN_TRY(grow(storages));
    char *name = NULL;
    DN_TRY(dn_pool_copy(storages->pool, key->text.data, key->text.size, &name));
    size_t probes = 0;
    dn_storage **place = &storages->items[place_of(storages, name, strlen(name), &probes)];
    DN_TRY(pay(storages, probes));
    if (*place && ((*place)->dtype != dtype || (*place)->count != count))
        return dn_fail(DN_ERROR_FORMAT, "its pickle describes storage \"%.100s\" in two ways",
                       name);
    if (!*place) {
        DN_TRY(dn_pool_alloc(storages->pool, 1, sizeof **place, place));
        **place = (dn_storage){.key = name, .dtype = dtype, .count = count};
        storages->count++;
    }
    *out = *place;
    return DN_OK;
}

/* "torch.FloatStorage", "torch.storage.UntypedStorage" */
static bool read_class(const dn_pickle_node *class, dn_dtype *dtype)
{
    if (!class || class->kind != DN_PICKLE_CLASS || strncmp(class->text.data, "torch.", 6) != 0)
        return false;
    const char *name = strrchr(class->text.data, '.') + 1;
    if (strcmp(name, "UntypedStorage") == 0) {
        *dtype = DN_U8;
        return true;
    }
    return dn_dtype_from_torch(name, dtype);
}

static bool is_size(const dn_pickle_node *node)
{
    return node && node->kind == DN_PICKLE_INT && node->integer >= 0;
}

/* (key, first element, elements): part of another storage, in files of the old
 * format. */
static dn_status load_view(dn_storages *storages, dn_storage *base, const dn_pickle_node *view,
                           dn_storage **out)
{
    const dn_pickle_node *key = dn_pickle_node_item(view, 0),
                         *offset = dn_pickle_node_item(view, 1);
    const dn_pickle_node *count = dn_pickle_node_item(view, 2);
    if (!key || key->kind != DN_PICKLE_TEXT || !is_size(offset) || !is_size(count) ||
        (size_t)offset->integer > base->count ||
        (size_t)count->integer > base->count - (size_t)offset->integer)
        return dn_fail(DN_ERROR_FORMAT, "its pickle has a view that does not fit its storage");
    DN_TRY(intern(storages, key, base->dtype, (size_t)count->integer, out));
    if (*out != base) {
        (*out)->base = base;
        (*out)->offset = (size_t)offset->integer;
    }
    return DN_OK;
}

dn_status dn_storages_load(void *context, const dn_pickle_node *id, dn_pickle_node **node)
{
    dn_storages *storages = context;
    const dn_pickle_node *key = dn_pickle_node_item(id, 2), *count = dn_pickle_node_item(id, 4);
    if (dn_pickle_node_is_text(dn_pickle_node_item(id, 0), "module") &&
        dn_pickle_node_item(id, 1)) {
        *node = dn_pickle_node_item(id, 1);
        return DN_OK;
    }
    dn_dtype dtype;
    if (!dn_pickle_node_is_text(dn_pickle_node_item(id, 0), "storage") || !key ||
        key->kind != DN_PICKLE_TEXT || !is_size(count) || (uint64_t)count->integer > SIZE_MAX / 16)
        return dn_fail(DN_ERROR_FORMAT, "its pickle refers to something that is not a storage");
    if (!read_class(dn_pickle_node_item(id, 1), &dtype)) {
        const dn_pickle_node *class = dn_pickle_node_item(id, 1);
        return dn_fail(DN_ERROR_FORMAT, "its pickle has a storage of unknown type %.100s",
                       class && class->kind == DN_PICKLE_CLASS ? class->text.data : "(none)");
    }
    dn_storage *storage = NULL;
    DN_TRY(intern(storages, key, dtype, (size_t)count->integer, &storage));
    const dn_pickle_node *view = dn_pickle_node_item(id, 5);
    if (view && view->kind != DN_PICKLE_NONE)
        DN_TRY(load_view(storages, storage, view, &storage));
    DN_TRY(dn_pickle_node_create(storages->pool, DN_PICKLE_STORAGE, node));
    (*node)->storage = storage;
    return DN_OK;
}
