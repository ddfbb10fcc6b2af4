/* SPDX-License-Identifier: MIT */
/* PyTorch files before 1.6: pickles in a row (a magic number, the protocol
 * 1001, facts on the machine, the object, the list of storage keys), then for
 * each key an int64 count and the raw elements. */
#include "tensors/readers.h"
#include "tensors/torch/flatten.h"
#include "tensors/torch/torch_storage.h"

#include <string.h>

/* The magic number 0x1950a86a20f9469cfc6c as LONG1 writes it. */
static const unsigned char magic[] = {0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                      0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
enum { PROTO = 0x80, PROTO_SIZE = 2, FRAME = 0x95, FRAME_SIZE = 9 };

/* It comes after PROTO, and since protocol 4 also after FRAME. */
static bool recognises(const unsigned char *data, size_t size)
{
    if (size < PROTO_SIZE + FRAME_SIZE + sizeof magic || data[0] != PROTO)
        return false;
    size_t at = data[PROTO_SIZE] == FRAME ? PROTO_SIZE + FRAME_SIZE : PROTO_SIZE;
    return memcmp(data + at, magic, sizeof magic) == 0;
}

static dn_status read_preamble(dn_pickle *pickle)
{
    dn_pickle_node *number = NULL, *protocol = NULL, *machine = NULL;
    DN_TRY(dn_pickle_read(pickle, &number));
    DN_TRY(dn_pickle_read(pickle, &protocol));
    if (protocol->kind != DN_PICKLE_INT || protocol->integer != 1001)
        return dn_fail(DN_ERROR_FORMAT, "is a PyTorch file of an unknown protocol");
    DN_TRY(dn_pickle_read(pickle, &machine));
    const dn_pickle_node *little = dn_pickle_node_get(machine, "little_endian");
    if (little && little->kind == DN_PICKLE_BOOL && !little->integer)
        return dn_fail(DN_ERROR_FORMAT,
                       "was written on a big-endian machine; save it on another one");
    return DN_OK;
}

/* One storage's elements, at pickle->at. */
static dn_status read_elements(dn_pickle *pickle, const dn_storages *storages,
                               const dn_pickle_node *key)
{
    size_t left = pickle->size - pickle->at;
    int64_t count;
    if (key->kind != DN_PICKLE_TEXT)
        return dn_fail(DN_ERROR_FORMAT, "its list of storages holds something that is not a key");
    dn_storage *storage = dn_storages_find(storages, key->text.data, key->text.size);
    if (!storage || storage->data)
        return dn_fail(DN_ERROR_FORMAT, "its list of storages does not fit its pickle");
    if (left < sizeof count)
        return dn_fail(DN_ERROR_FORMAT, "ends before storage \"%.100s\"", storage->key);
    memcpy(&count, pickle->data + pickle->at, sizeof count);
    size_t bytes = storage->count * dn_dtype_size(storage->dtype);
    if (count < 0 || (uint64_t)count != storage->count || bytes > left - sizeof count)
        return dn_fail(
            DN_ERROR_FORMAT,
            "storage \"%.100s\": %lld elements are claimed, %zu expected, %zu bytes left",
            storage->key, (long long)count, storage->count, left - sizeof count);
    storage->data = pickle->data + pickle->at + sizeof count;
    pickle->at += sizeof count + bytes;
    return DN_OK;
}

static dn_status locate(void *context, dn_storage *storage)
{
    (void)context;
    const dn_storage *base = storage->base;
    if (!base || !base->data)
        return dn_fail(DN_ERROR_FORMAT, "storage \"%.100s\" is missing", storage->key);
    storage->data = base->data + storage->offset * dn_dtype_size(storage->dtype);
    return DN_OK;
}

static dn_status read_torch_legacy(dn_tensor_file *file)
{
    dn_storages storages = {.pool = &file->pool};
    dn_pickle pickle = {.data = file->map.data,
                        .size = file->map.size,
                        .pool = &file->pool,
                        .load = dn_storages_load,
                        .context = &storages};
    dn_pickle_node *root = NULL, *keys = NULL;
    DN_TRY(read_preamble(&pickle));
    DN_TRY(dn_pickle_read(&pickle, &root));
    DN_TRY(dn_pickle_read(&pickle, &keys));
    if (keys->kind != DN_PICKLE_LIST)
        return dn_fail(DN_ERROR_FORMAT, "has no list of storages");
    for (size_t i = 0; i < keys->list.count; i++)
        DN_TRY(read_elements(&pickle, &storages, keys->list.items[i]));
    return dn_flatten(file, root, locate, NULL, NULL);
}

const dn_reader dn_torch_legacy_reader = {"torch legacy", recognises, read_torch_legacy};

/* A bare pickle, of NumPy arrays for instance. */
static bool recognises_pickle(const unsigned char *data, size_t size)
{
    return size > PROTO_SIZE && data[0] == PROTO && data[1] >= 2 && data[1] <= 5;
}

static dn_status read_pickle(dn_tensor_file *file)
{
    dn_pickle pickle = {.data = file->map.data, .size = file->map.size, .pool = &file->pool};
    dn_pickle_node *root = NULL;
    DN_TRY(dn_pickle_read(&pickle, &root));
    return dn_flatten(file, root, locate, NULL, NULL);
}

const dn_reader dn_pickle_reader = {"pickle", recognises_pickle, read_pickle};
