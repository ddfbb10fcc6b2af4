/* SPDX-License-Identifier: MIT */
/* The entries of a zip archive. */
#include "tensors/zip/zip.h"

#include "tensors/zip/zip_records.h"

#include <stdlib.h>
#include <string.h>

#define EXTRA_ZIP64 1

/* A field of 0xffffffff means the next 64-bit number of the zip64 extra. */
static bool widen(const unsigned char **extra, size_t *left, uint64_t *field)
{
    if (*field != 0xffffffffu)
        return true;
    if (*left < 8)
        return false;
    *field = dn_zip_get64(*extra);
    *extra += 8;
    *left -= 8;
    return true;
}

static bool read_zip64(const unsigned char *extra, size_t length, uint64_t *size,
                       uint64_t *compressed, uint64_t *offset)
{
    while (length >= 4) {
        size_t field = dn_zip_get16(extra + 2);
        if (field > length - 4)
            return false;
        const unsigned char *content = extra + 4;
        if (dn_zip_get16(extra) == EXTRA_ZIP64)
            return widen(&content, &field, size) && widen(&content, &field, compressed) &&
                   widen(&content, &field, offset);
        extra += 4 + field;
        length -= 4 + field;
    }
    return *size != 0xffffffffu && *compressed != 0xffffffffu && *offset != 0xffffffffu;
}

/* One directory entry; *at moves past it. */
static dn_status read_entry(dn_pool *pool, const unsigned char **at, const unsigned char *end,
                            dn_zip_entry *entry)
{
    const unsigned char *record = *at;
    size_t name, extra, whole;
    if (!dn_zip_measure_entry(record, end, &name, &extra, &whole))
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's directory is damaged");
    *at += whole;
    DN_TRY(dn_pool_copy(pool, (const char *)record + DN_ZIP_ENTRY_SIZE, name, &entry->name));
    uint64_t compressed = dn_zip_get32(record + 20), size = dn_zip_get32(record + 24),
             offset = dn_zip_get32(record + 42);
    if (!read_zip64(record + DN_ZIP_ENTRY_SIZE + name, extra, &size, &compressed, &offset))
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" has no valid sizes", entry->name);
    entry->flags = dn_zip_get16(record + 8);
    entry->method = dn_zip_get16(record + 10);
    entry->checksum = dn_zip_get32(record + 16);
    entry->compressed_size = compressed;
    entry->size = size;
    entry->offset = offset;
    return DN_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const dn_zip_entry *)a)->name, ((const dn_zip_entry *)b)->name);
}

static dn_status sort_entries(dn_zip *zip)
{
    qsort(zip->entries, zip->count, sizeof *zip->entries, by_name);
    for (size_t i = 1; i < zip->count; i++)
        if (by_name(&zip->entries[i - 1], &zip->entries[i]) == 0)
            return dn_fail(DN_ERROR_FORMAT, "the zip archive has two entries named \"%s\"",
                           zip->entries[i].name);
    return DN_OK;
}

dn_status dn_zip_open(dn_pool *pool, const unsigned char *data, size_t size, dn_zip *zip)
{
    dn_zip_directory found = {0};
    DN_TRY(dn_zip_find_directory(data, size, &found));
    *zip = (dn_zip){.data = data, .size = size, .count = found.count};
    DN_TRY(dn_pool_alloc(pool, zip->count, sizeof *zip->entries, &zip->entries));
    const unsigned char *at = data + found.offset, *end = at + found.size;
    for (size_t i = 0; i < zip->count; i++)
        DN_TRY(read_entry(pool, &at, end, &zip->entries[i]));
    return sort_entries(zip);
}

const dn_zip_entry *dn_zip_find(const dn_zip *zip, const char *name)
{
    dn_zip_entry key = {.name = (char *)name};
    if (zip->count == 0)
        return NULL;
    return bsearch(&key, zip->entries, zip->count, sizeof key, by_name);
}
