/* SPDX-License-Identifier: MIT */
/* Recognises a weight file's format by its content and passes it to its reader. */
#include "base/memory.h"
#include "tensors/readers.h"
#include "tensors/zip/bundle.h"

#include <stdlib.h>
#include <string.h>

static const dn_reader *const readers[] = {
    &dn_safetensors_reader, &dn_npz_reader,          &dn_onnx_reader,
    &dn_hdf5_reader,        &dn_keras_reader, /* before PyTorch's, which takes every other zip
                                                 archive */
    &dn_torch_zip_reader,   &dn_torch_legacy_reader, &dn_pickle_reader,
};

/* What people most often have instead, so that the message can say so. */
static const struct {
    size_t offset;
    const char *magic, *sentence;
} other_formats[] = {
    {0, "version https://git-lfs", "is a Git LFS pointer; the weights themselves were not fetched"},
    {0, "<!", "is a web page, not a weight file"},
    {0, "<html", "is a web page, not a weight file"},
    {0, "{", "is JSON text, not a weight file"},
    {0, "\x89HDF", "is a damaged HDF5 file"},
    {0, "\x1f\x8b", "is compressed by gzip; unpack it first"},
    {0, "\x93NUMPY",
     "is a single NumPy array, not a weight file; numpy.savez writes several, with their names"},
    {257, "ustar",
     "is a tar archive (PyTorch before 0.1.10 wrote these); load and save it with a "
     "newer PyTorch"},
};

static dn_status refuse(const dn_tensor_file *file)
{
    for (size_t i = 0; i < sizeof other_formats / sizeof *other_formats; i++) {
        size_t length = strlen(other_formats[i].magic), offset = other_formats[i].offset;
        if (file->map.size >= offset + length &&
            memcmp(file->map.data + offset, other_formats[i].magic, length) == 0)
            return dn_fail(DN_ERROR_FORMAT, "%s: %s", file->name, other_formats[i].sentence);
    }
    return dn_fail(DN_ERROR_FORMAT,
                   "%s: is %s, neither safetensors, ONNX nor a file of PyTorch, Keras or NumPy",
                   file->name, file->map.size ? "of an unknown format" : "empty");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

dn_status dn_check_tensor_names(dn_tensor_file *file)
{
    const char **names = NULL;
    DN_TRY(dn_pool_alloc(&file->pool, file->tensor_count, sizeof *names, &names));
    for (size_t i = 0; i < file->tensor_count; i++)
        names[i] = file->tensors[i].name;
    qsort(names, file->tensor_count, sizeof *names, by_name);
    for (size_t i = 1; i < file->tensor_count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return dn_fail(DN_ERROR_FORMAT, "has two tensors named \"%s\"", names[i]);
    return DN_OK;
}

static dn_status read_weights(dn_tensor_file *file)
{
    const unsigned char *data = file->map.data;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        if (!readers[i]->recognises(data, file->map.size))
            continue;
        file->format = readers[i]->format;
        dn_status status = readers[i]->read(file);
        if (status == DN_OK)
            status = dn_check_tensor_names(file);
        return status == DN_OK ? DN_OK : dn_fail_within(status, file->name);
    }
    return refuse(file);
}

static dn_status read_contents(dn_tensor_file *file)
{
    const dn_file_map whole = file->map;
    dn_status status = dn_bundle_enter(file);
    if (status == DN_OK)
        status = read_weights(file);
    file->map = whole;
    return status;
}

static dn_status read_map(dn_file_map map, bool borrowed, const char *name, dn_tensor_file **out)
{
    dn_tensor_file *file;
    DN_TRY(dn_calloc(1, sizeof *file, &file));
    *file = (dn_tensor_file){.map = map, .borrowed = borrowed};
    dn_budget_begin(map.size, &file->budget);
    file->pool.budget = &file->budget;
    char *copy;
    dn_status status = dn_pool_copy(&file->pool, name, strlen(name), &copy);
    if (status == DN_OK) {
        file->name = copy;
        status = read_contents(file);
    }
    if (status != DN_OK) {
        file->borrowed = true; /* the map stays the caller's on failure */
        dn_tensor_file_close(file);
        return status;
    }
    *out = file;
    return DN_OK;
}

dn_status dn_tensor_file_read(const void *data, size_t size, const char *name, dn_tensor_file **out)
{
    return read_map((dn_file_map){.data = data, .size = size}, true, name, out);
}

dn_status dn_tensor_file_open(const char *path, dn_tensor_file **out)
{
    DN_NEED(path);
    DN_NEED(out);
    dn_file_map map;
    DN_TRY(dn_file_map_open(path, &map));
    dn_status status = read_map(map, false, path, out);
    if (status != DN_OK) {
        dn_status lost = dn_file_map_check(&map, path); /* whatever else was found in it */
        dn_file_map_close(&map);
        return lost == DN_OK ? status : lost;
    }
    return DN_OK;
}
