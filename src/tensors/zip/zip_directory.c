/* SPDX-License-Identifier: MIT */
/* Where a zip archive's directory is, and what it lists. */
#include "tensors/zip/zip.h"

#include "tensors/zip/zip_records.h"

#include <string.h>

enum {
    ENTRY_MAGIC = 0x02014b50,
    END_MAGIC = 0x06054b50,
    END_SIZE = 22,
    LOCATOR_MAGIC = 0x07064b50,
    LOCATOR_SIZE = 20,
    END64_MAGIC = 0x06064b50,
    END64_SIZE = 56
};

static const unsigned char *find_end(const unsigned char *data, size_t size)
{
    if (size < END_SIZE)
        return NULL;
    size_t last = size - END_SIZE, first = last > 0xffff ? last - 0xffff : 0;
    for (size_t at = last + 1; at-- > first;)
        if (dn_zip_get32(data + at) == END_MAGIC &&
            at + END_SIZE + dn_zip_get16(data + at + 20) <= size)
            return data + at;
    return NULL;
}

static dn_status read_end(const unsigned char *data, size_t size, dn_zip_directory *found)
{
    const unsigned char *end = find_end(data, size);
    if (!end)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive has no end record; the file is truncated");
    *found =
        (dn_zip_directory){dn_zip_get16(end + 10), dn_zip_get32(end + 12), dn_zip_get32(end + 16)};
    if (end - data < LOCATOR_SIZE || dn_zip_get32(end - LOCATOR_SIZE) != LOCATOR_MAGIC)
        return DN_OK;
    uint64_t at = dn_zip_get64(end - LOCATOR_SIZE + 8);
    if (at > size || size - at < END64_SIZE || dn_zip_get32(data + at) != END64_MAGIC)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's 64-bit end record is damaged");
    *found = (dn_zip_directory){dn_zip_get64(data + at + 32), dn_zip_get64(data + at + 40),
                                dn_zip_get64(data + at + 48)};
    return DN_OK;
}

dn_status dn_zip_find_directory(const unsigned char *data, size_t size, dn_zip_directory *found)
{
    DN_TRY(read_end(data, size, found));
    if (found->offset > size || found->size > size - found->offset ||
        found->count > found->size / DN_ZIP_ENTRY_SIZE)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's directory is not within the file");
    return DN_OK;
}

bool dn_zip_measure_entry(const unsigned char *record, const unsigned char *end, size_t *name,
                          size_t *extra, size_t *whole)
{
    if (end - record < DN_ZIP_ENTRY_SIZE || dn_zip_get32(record) != ENTRY_MAGIC)
        return false;
    *name = dn_zip_get16(record + 28);
    *extra = dn_zip_get16(record + 30);
    *whole = DN_ZIP_ENTRY_SIZE + *name + *extra + dn_zip_get16(record + 32);
    return (size_t)(end - record) >= *whole;
}

/* Whether an entry's name is this one, or ends in it below a folder. */
static bool is_named(const unsigned char *entry, size_t length, const char *name, bool below)
{
    size_t own = strlen(name);
    if (length < own || memcmp(entry + length - own, name, own) != 0)
        return false;
    return length == own || (below && entry[length - own - 1] == '/');
}

static bool lists(const unsigned char *data, size_t size, const char *name, bool below)
{
    dn_zip_directory found = {0};
    if (dn_zip_find_directory(data, size, &found) != DN_OK)
        return false;
    const unsigned char *at = data + found.offset, *end = at + found.size;
    size_t length, extra, whole;
    for (uint64_t i = 0; i < found.count; i++, at += whole) {
        if (!dn_zip_measure_entry(at, end, &length, &extra, &whole))
            return false;
        if (is_named(at + DN_ZIP_ENTRY_SIZE, length, name, below))
            return true;
    }
    return false;
}

bool dn_zip_lists(const unsigned char *data, size_t size, const char *name)
{
    return lists(data, size, name, false);
}

bool dn_zip_lists_below(const unsigned char *data, size_t size, const char *name)
{
    return lists(data, size, name, true);
}
