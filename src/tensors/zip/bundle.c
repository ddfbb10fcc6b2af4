/* SPDX-License-Identifier: MIT */
#include "tensors/zip/bundle.h"

#include "tensors/zip/metadata_entry.h"
#include "tensors/zip/zip.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 512 }; /* bytes of an entry's name */

static const char metadata[] = "configs/metadata.json";

/* Not PyTorch's own archives, whatever else lies in them. */
static bool is_bundle(const unsigned char *data, size_t size)
{
    return size >= 4 && memcmp(data, "PK\x03\x04", 4) == 0 &&
           dn_zip_lists_below(data, size, metadata) && !dn_zip_lists_below(data, size, "data.pkl");
}

/* Whether it is a bundle's metadata, and the bytes before that, which lead to the bundle. */
static bool find_folder(const dn_zip_entry *entry, size_t *folder)
{
    size_t length = strlen(entry->name), own = sizeof metadata - 1;
    if (length < own || length >= LONGEST || strcmp(entry->name + length - own, metadata) != 0)
        return false;
    *folder = length - own;
    return *folder == 0 || entry->name[*folder - 1] == '/';
}

static const dn_zip_entry *find_weights(const dn_zip *zip, const char *name, size_t folder)
{
    static const char *const weights[] = {"models/model.pt", "models/model.ts"};
    const dn_zip_entry *found = NULL;
    char path[LONGEST + 32];
    for (size_t i = 0; i < sizeof weights / sizeof *weights && !found; i++) {
        snprintf(path, sizeof path, "%.*s%s", (int)folder, name, weights[i]);
        found = dn_zip_find(zip, path);
    }
    return found;
}

/* The weights of the only bundle that has some; folder[] leads to it. */
static dn_status choose(const dn_zip *zip, char folder[LONGEST], const dn_zip_entry **weights)
{
    *weights = NULL;
    for (size_t i = 0; i < zip->count; i++) {
        size_t length;
        const dn_zip_entry *item = &zip->entries[i], *found = NULL;
        if (find_folder(item, &length))
            found = find_weights(zip, item->name, length);
        if (found && *weights)
            return dn_fail(DN_ERROR_FORMAT,
                           "is a zip archive of two MONAI bundles (\"%s\", \"%s\"); unpack it and "
                           "give the folder of one",
                           (*weights)->name, found->name);
        if (!found)
            continue;
        *weights = found;
        snprintf(folder, LONGEST, "%.*s", (int)length, item->name);
    }
    return *weights ? DN_OK
                    : dn_fail(DN_ERROR_FORMAT, "is the zip archive of a MONAI bundle without "
                                               "models/model.pt or models/model.ts");
}

/* FILE: ENTRY */
static dn_status rename_file(dn_tensor_file *file, const char *entry)
{
    size_t size = strlen(file->name) + strlen(entry) + sizeof ": ";
    char *name;
    DN_TRY(dn_pool_alloc(&file->pool, size, 1, &name));
    snprintf(name, size, "%s: %s", file->name, entry);
    file->name = name;
    return DN_OK;
}

static dn_status enter(dn_tensor_file *file)
{
    dn_zip zip;
    char folder[LONGEST];
    const dn_zip_entry *weights;
    const unsigned char *bytes = NULL;
    DN_TRY(dn_zip_open(&file->pool, file->map.data, file->map.size, &zip));
    DN_TRY(choose(&zip, folder, &weights));
    DN_TRY(dn_read_text_entry(file, &zip, folder, metadata, DN_BUNDLE_VALUE));
    DN_TRY(dn_zip_read(&zip, weights, &file->pool, &bytes));
    file->map = (dn_file_map){.data = bytes, .size = weights->size};
    return rename_file(file, weights->name);
}

dn_status dn_bundle_enter(dn_tensor_file *file)
{
    if (!is_bundle(file->map.data, file->map.size))
        return DN_OK;
    dn_status status = enter(file);
    return status == DN_OK ? DN_OK : dn_fail_within(status, file->name);
}
