/* SPDX-License-Identifier: MIT */
#include "tensors/zip/metadata_entry.h"

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
    return dn_tensor_file_add_metadata(file, (const char *)bytes, entry->size);
}
