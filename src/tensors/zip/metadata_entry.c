/* SPDX-License-Identifier: MIT */
#include "tensors/zip/metadata_entry.h"

#include "base/json.h"

#include <stdio.h>

#define MAX_METADATA ((size_t)1 << 24)

dn_status dn_read_metadata_entry(dn_tensor_file *file, const dn_zip *zip, const char *prefix)
{
    char path[512];
    int length = snprintf(path, sizeof path, "%s" DN_METADATA_ENTRY, prefix);
    const dn_zip_entry *entry = (size_t)length < sizeof path ? dn_zip_find(zip, path) : NULL;
    const unsigned char *bytes = NULL;
    if (!entry || entry->size > MAX_METADATA)
        return DN_OK;
    DN_TRY(dn_zip_read(zip, entry, &file->pool, &bytes));
    json_t *metadata = NULL;
    DN_TRY(dn_json_parse((const char *)bytes, entry->size, "its " DN_METADATA_ENTRY, &file->budget,
                         &metadata));
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
