/* SPDX-License-Identifier: MIT */
/* PyTorch files since 1.6: a zip archive of ARCHIVE/data.pkl and, for each
 * storage, ARCHIVE/data/KEY. TorchScript archives have the same two, and code
 * (torch_code.h). */
#include "base/text.h"
#include "tensors/readers.h"
#include "tensors/torch/flatten.h"
#include "tensors/torch/frozen/frozen_script.h"
#include "tensors/torch/torch_code.h"
#include "tensors/torch/torch_storage.h"
#include "tensors/zip/metadata_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct archive {
    dn_tensor_file *file;
    dn_zip zip;
    dn_torch_code code; /* of TorchScript */
    char prefix[256];   /* "ARCHIVE/", or "" */
    const char *folder; /* of what is pickled now: "data", "constants" */
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

/* The first entry that is a weight file by its name; NULL if there is none. */
static const char *find_weights(const archive *a)
{
    static const char *const endings[] = {".pth.tar", ".pth",  ".pt",         ".ckpt",
                                          ".bin",     ".onnx", ".safetensors"};
    for (size_t i = 0; i < a->zip.count; i++) {
        const char *name = a->zip.entries[i].name;
        size_t length = strlen(name);
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
            size_t own = strlen(endings[k]);
            if (length > own && strcmp(name + length - own, endings[k]) == 0)
                return name;
        }
    }
    return NULL;
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
    const char *inner = find_weights(a);
    return dn_fail(DN_ERROR_FORMAT,
                   "is a zip archive without data.pkl, which a PyTorch file has%s%.200s%s",
                   inner ? "; unpack it and give one of the weight files in it, such as \"" : "",
                   inner ? inner : "", inner ? "\"" : "");
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
    int length = snprintf(name, sizeof name, "%s/%s", a->folder, storage->key);
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

static dn_status read_pickle(archive *a, const char *name, dn_pickle_node **root)
{
    dn_pool *pool = &a->file->pool;
    const dn_zip_entry *entry = find(a, name);
    dn_storages storages = {.pool = pool};
    dn_pickle pickle = {
        .size = entry->size, .pool = pool, .load = dn_storages_load, .context = &storages};
    DN_TRY(dn_zip_read(&a->zip, entry, pool, &pickle.data));
    return dn_pickle_read(&pickle, root);
}

/* The tensors among the constants by their numbers, which join the file's. */
static dn_status read_constants(archive *a, const dn_tensor ***constants, size_t *count)
{
    dn_pool *pool = &a->file->pool;
    dn_pickle_node *list;
    a->folder = "constants";
    DN_TRY(read_pickle(a, "constants.pkl", &list));
    DN_TRY(dn_flatten(a->file, list, locate, NULL, a));
    *count = list->kind == DN_PICKLE_LIST ? list->list.count : 0;
    DN_TRY(dn_pool_alloc(pool, *count + 1, sizeof **constants, constants));
    for (size_t i = 0; i < a->file->tensor_count; i++) {
        const dn_tensor *tensor = &a->file->tensors[i];
        char *end;
        unsigned long number = strtoul(tensor->name, &end, 10);
        if (end > tensor->name && !*end && number < *count)
            (*constants)[number] = tensor;
    }
    return DN_OK;
}

/* A module without tensors was frozen: its code has them. */
static dn_status read_frozen(archive *a, const dn_pickle_node *root)
{
    const dn_pickle_node *class = root->kind == DN_PICKLE_OBJECT ? root->object.class : NULL;
    const dn_code_class *found = class && class->kind == DN_PICKLE_CLASS
                                     ? dn_torch_code_find(&a->code, class->text.data)
                                     : NULL;
    const dn_tensor **constants;
    size_t count;
    if (a->code.count == 0)
        return dn_fail(DN_ERROR_FORMAT, "is TorchScript without its code (code/__torch__...), and "
                                        "no module of it has tensors");
    if (!found)
        return DN_OK;
    DN_TRY(read_constants(a, &constants, &count));
    return count ? dn_frozen_script_read(a->file, found->code, constants, count) : DN_OK;
}

static dn_status flatten_script(archive *a, dn_pickle_node *root)
{
    DN_TRY(dn_torch_code_open(&a->zip, a->prefix, &a->code));
    DN_TRY(dn_flatten(a->file, root, locate, describe, a));
    return a->file->tensor_count ? DN_OK : read_frozen(a, root);
}

static dn_status flatten(archive *a, dn_pickle_node *root)
{
    if (!find(a, "constants.pkl"))
        return dn_flatten(a->file, root, locate, NULL, a);
    a->file->format = "torchscript";
    dn_status status = flatten_script(a, root);
    dn_torch_code_close(&a->code);
    return status;
}

static dn_status read_archive(archive *a)
{
    dn_pool *pool = &a->file->pool;
    DN_TRY(dn_zip_open(pool, a->file->map.data, a->file->map.size, &a->zip));
    DN_TRY(find_prefix(a));
    DN_TRY(check_byte_order(a));
    dn_pickle_node *root = NULL;
    a->folder = "data";
    DN_TRY(read_pickle(a, "data.pkl", &root));
    DN_TRY(flatten(a, root));
    DN_TRY(dn_read_text_entry(a->file, &a->zip, a->prefix, "extra/metadata.json", DN_BUNDLE_VALUE));
    return dn_read_metadata_entry(a->file, &a->zip, a->prefix);
}

static dn_status read_torch_zip(dn_tensor_file *file)
{
    archive a = {.file = file};
    return read_archive(&a);
}

const dn_reader dn_torch_zip_reader = {"torch zip", recognises, read_torch_zip};
