/* SPDX-License-Identifier: MIT */
#include "tensors/zip/metadata_entry.h"

#include <stdio.h>

#define MAX_TEXT ((size_t)1 << 24)

/* *bytes is NULL if there is no such entry, or one too large. */
static dn_status read_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix,
                            const char *name, const char **bytes, size_t *size)
{
    char path[512];
    int length = snprintf(path, sizeof path, "%s%s", prefix, name);
    const dn_zip_entry *entry = (size_t)length < sizeof path ? dn_zip_find(zip, path) : NULL;
    const unsigned char *read = NULL;
    if (entry && entry->size <= MAX_TEXT) {
        DN_TRY(dn_zip_read(zip, entry, &file->pool, &read));
        *size = entry->size;
    }
    *bytes = (const char *)read;
    return DN_OK;
}

dn_status dn_read_metadata_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix)
{
    const char *json;
    size_t size = 0;
    DN_TRY(read_entry(file, zip, prefix, DN_METADATA_ENTRY, &json, &size));
    return json ? dn_tensor_file_add_metadata(file, json, size) : DN_OK;
}

dn_status dn_read_text_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix,
                             const char *name, const char *path)
{
    const char *bytes;
    char *text;
    size_t size = 0;
    DN_TRY(read_entry(file, zip, prefix, name, &bytes, &size));
    if (!bytes)
        return DN_OK;
    DN_TRY(dn_pool_copy(&file->pool, bytes, size, &text));
    return dn_tensor_file_add_text(file, path, text);
}
