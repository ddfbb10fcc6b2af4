/* SPDX-License-Identifier: MIT */
/* NumPy's .npz files, as numpy.savez(FILE, **tensors) writes them: a zip archive of an NAME.npy
 * for each array. Arrays of text are passed over. */
#include "base/npy_header.h"
#include "tensors/readers.h"
#include "tensors/zip/metadata_entry.h"

#include <string.h>

static const char ending[] = ".npy";
enum { ENDING = sizeof ending - 1, LOCAL_HEADER = 30 };

/* An archive whose first entry is an array; others are PyTorch's. */
static bool recognises(const unsigned char *data, size_t size)
{
    if (size < LOCAL_HEADER || memcmp(data, "PK\x03\x04", 4) != 0)
        return false;
    size_t length = data[26] | (size_t)data[27] << 8;
    return length > ENDING && LOCAL_HEADER + length <= size &&
           memcmp(data + LOCAL_HEADER + length - ENDING, ending, ENDING) == 0;
}

static bool is_array(const char *name)
{
    size_t length = strlen(name);
    return length > ENDING && strcmp(name + length - ENDING, ending) == 0;
}

static dn_status parse(dn_pool *pool, const unsigned char *bytes, size_t size,
                       dn_npy_header *header, size_t *data)
{
    size_t at, length;
    char *text;
    if (size < DN_NPY_BEGIN)
        return dn_fail(DN_ERROR_FORMAT, "is too short for a .npy array");
    DN_TRY(dn_npy_locate(bytes, size, &at, &length));
    DN_TRY(dn_pool_copy(pool, (const char *)bytes + at, length, &text));
    *data = at + length;
    return dn_npy_parse(text, header);
}

static dn_status describe(const dn_npy_header *header, const unsigned char *data, size_t size,
                          dn_tensor *tensor)
{
    const char *type = header->type;
    bool one_byte =
        strcmp(type + 1, "i1") == 0 || strcmp(type + 1, "u1") == 0 || strcmp(type + 1, "b1") == 0;
    if ((type[0] != '<' && !(type[0] == '|' && one_byte)) ||
        !dn_dtype_from_numpy(type + 1, &tensor->dtype))
        return dn_fail(DN_ERROR_FORMAT,
                       "holds elements of type \"%s\", numbers in little-endian order are expected",
                       type);
    tensor->rank = header->rank;
    tensor->data = data;
    memcpy(tensor->shape, header->shape, sizeof header->shape);
    if (header->fortran)
        dn_tensor_pack_columns(tensor);
    else
        dn_tensor_pack(tensor);
    return dn_tensor_check(tensor, 0, size / dn_dtype_size(tensor->dtype), "its data");
}

static dn_status add_array(dn_tensor_file *file, const char *name, const unsigned char *bytes,
                           size_t size)
{
    dn_npy_header header;
    dn_tensor tensor = {.name = name};
    size_t data = 0;
    DN_TRY(parse(&file->pool, bytes, size, &header, &data));
    if ((header.type[0] == '<' && header.type[1] == 'U') ||
        (header.type[0] == '|' && header.type[1] == 'S'))
        return DN_OK;
    DN_TRY(describe(&header, bytes + data, size - data, &tensor));
    return dn_tensor_file_add(file, &tensor);
}

static dn_status read_entry(dn_tensor_file *file, const dn_zip *zip, const dn_zip_entry *entry)
{
    const unsigned char *bytes;
    char *name;
    DN_TRY(dn_pool_copy(&file->pool, entry->name, strlen(entry->name) - ENDING, &name));
    dn_status status = dn_zip_read(zip, entry, &file->pool, &bytes);
    if (status == DN_OK)
        status = add_array(file, name, bytes, entry->size);
    return status == DN_OK ? DN_OK : dn_fail_within(status, name);
}

static dn_status read_npz(dn_tensor_file *file)
{
    dn_zip zip;
    DN_TRY(dn_zip_open(&file->pool, file->map.data, file->map.size, &zip));
    for (size_t i = 0; i < zip.count; i++)
        if (is_array(zip.entries[i].name))
            DN_TRY(read_entry(file, &zip, &zip.entries[i]));
    return dn_read_metadata_entry(file, &zip, "");
}

const dn_reader dn_npz_reader = {"npz", recognises, read_npz};
