/* SPDX-License-Identifier: MIT */
/* PyTorch files since 1.6: a zip archive of ARCHIVE/data.pkl and, for each
 * storage, ARCHIVE/data/KEY. TorchScript archives have the same two, and code
 * (torch_code.h). */
#include "base/text.h"
#include "tensors/readers.h"
#include "tensors/torch/flatten.h"
#include "tensors/torch/torch_code.h"
#include "tensors/torch/torch_storage.h"
#include "tensors/zip/metadata_entry.h"

#include <stdio.h>
#include <string.h>

typedef struct archive {
    dn_tensor_file *file;
    dn_zip zip;
    dn_torch_code code; /* of TorchScript */
    char prefix[256];   /* "ARCHIVE/", or "" */
} archive;

static bool recognises(const unsigned char *data, size_t size)
{
    return size >= 4 && memcmp(data, "PK\x03\x04", 4) == 0;
}

static const dn_zip_entry *find(const archive *a, const char *name)
{
    char path[512];
    int length = snprintf(path, sizeof path, "%s%s", a->prefix, name);
    return (size_t)length < sizeof path ? dn_zip_find(&a->zip, path) : NULL;
}

static dn_status find_prefix(archive *a)
{
    static const char pickle[] = "data.pkl";
    for (size_t i = 0; i < a->zip.count; i++) {
        const char *name = a->zip.entries[i].name, *slash = strrchr(name, '/');
        const char *base = slash ? slash + 1 : name;
        size_t length = (size_t)(base - name);
        if (strcmp(base, pickle) == 0 && length < sizeof a->prefix) {
            snprintf(a->prefix, sizeof a->prefix, "%.*s", (int)length, name);
            return DN_OK;
        }
    }
    return dn_fail(DN_ERROR_FORMAT, "is a zip archive without data.pkl, which a PyTorch file has");
}

static dn_status check_byte_order(const archive *a)
{
    const dn_zip_entry *entry = find(a, "byteorder");
    const unsigned char *bytes = NULL;
    if (!entry)
        return DN_OK;
    DN_TRY(dn_zip_read(&a->zip, entry, &a->file->pool, &bytes));
    if (entry->size == 6 && memcmp(bytes, "little", 6) == 0)
        return DN_OK;
    return dn_fail(DN_ERROR_FORMAT, "was written on a big-endian machine; save it on another one");
}

static dn_status locate(void *context, dn_storage *storage)
{
    archive *a = context;
    char name[256];
    int length = snprintf(name, sizeof name, "data/%s", storage->key);
    const dn_zip_entry *entry = (size_t)length < sizeof name ? find(a, name) : NULL;
    if (!entry || storage->base)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%.100s\" is missing", name);
    if (entry->size != storage->count * dn_dtype_size(storage->dtype))
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%.100s\" has %zu byte%s, %zu are expected",
                       name, entry->size, dn_plural((long long)entry->size),
                       storage->count * dn_dtype_size(storage->dtype));
    return dn_zip_read(&a->zip, entry, &a->file->pool, &storage->data);
}

static dn_status describe(void *context, dn_tensor_file *file, const char *path, const char *class)
{
    archive *a = context;
    return dn_torch_code_describe(&a->code, file, path, class);
}

static dn_status flatten(archive *a, dn_pickle_node *root)
{
    if (!find(a, "constants.pkl"))
        return dn_flatten(a->file, root, locate, NULL, a);
    a->file->format = "torchscript";
    dn_status status = dn_torch_code_open(&a->zip, a->prefix, &a->code);
    if (status == DN_OK)
        status = dn_flatten(a->file, root, locate, describe, a);
    dn_torch_code_close(&a->code);
    return status;
}

static dn_status read_archive(archive *a)
{
    dn_pool *pool = &a->file->pool;
    DN_TRY(dn_zip_open(pool, a->file->map.data, a->file->map.size, &a->zip));
    DN_TRY(find_prefix(a));
    DN_TRY(check_byte_order(a));
    const dn_zip_entry *entry = find(a, "data.pkl");
    dn_storages storages = {.pool = pool};
    dn_pickle pickle = {
        .size = entry->size, .pool = pool, .load = dn_storages_load, .context = &storages};
    dn_pickle_node *root = NULL;
    DN_TRY(dn_zip_read(&a->zip, entry, pool, &pickle.data));
    DN_TRY(dn_pickle_read(&pickle, &root));
    DN_TRY(flatten(a, root));
    return dn_read_metadata_entry(a->file, &a->zip, a->prefix);
}

static dn_status read_torch_zip(dn_tensor_file *file)
{
    archive a = {.file = file};
    return read_archive(&a);
}

const dn_reader dn_torch_zip_reader = {"torch zip", recognises, read_torch_zip};
