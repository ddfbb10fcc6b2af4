/* SPDX-License-Identifier: MIT */
#include "tensors/zip/zip.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Sizes and fields as APPNOTE.TXT gives them; all numbers little-endian. */
enum {
    LOCAL_MAGIC = 0x04034b50,
    LOCAL_SIZE = 30,
    DIRECTORY_MAGIC = 0x02014b50,
    DIRECTORY_SIZE = 46,
    END_MAGIC = 0x06054b50,
    END_SIZE = 22,
    LOCATOR_MAGIC = 0x07064b50,
    LOCATOR_SIZE = 20,
    END64_MAGIC = 0x06064b50,
    END64_SIZE = 56,
    EXTRA_ZIP64 = 1,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1
};

static uint32_t get16(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t get32(const unsigned char *at)
{
    return get16(at) | get16(at + 2) << 16;
}

static uint64_t get64(const unsigned char *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static const unsigned char *find_end(const unsigned char *data, size_t size)
{
    if (size < END_SIZE)
        return NULL;
    size_t last = size - END_SIZE, first = last > 0xffff ? last - 0xffff : 0;
    for (size_t at = last + 1; at-- > first;)
        if (get32(data + at) == END_MAGIC && at + END_SIZE + get16(data + at + 20) <= size)
            return data + at;
    return NULL;
}

typedef struct directory {
    uint64_t count, size, offset;
} directory;

static dn_status read_end(const unsigned char *data, size_t size, directory *found)
{
    const unsigned char *end = find_end(data, size);
    if (!end)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive has no end record; the file is truncated");
    *found = (directory){get16(end + 10), get32(end + 12), get32(end + 16)};
    if (end - data < LOCATOR_SIZE || get32(end - LOCATOR_SIZE) != LOCATOR_MAGIC)
        return DN_OK;
    uint64_t at = get64(end - LOCATOR_SIZE + 8);
    if (at > size || size - at < END64_SIZE || get32(data + at) != END64_MAGIC)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's 64-bit end record is damaged");
    *found = (directory){get64(data + at + 32), get64(data + at + 40), get64(data + at + 48)};
    return DN_OK;
}

/* A field of 0xffffffff means the next 64-bit number of the zip64 extra. */
static bool widen(const unsigned char **extra, size_t *left, uint64_t *field)
{
    if (*field != 0xffffffffu)
        return true;
    if (*left < 8)
        return false;
    *field = get64(*extra);
    *extra += 8;
    *left -= 8;
    return true;
}

static bool read_zip64(const unsigned char *extra, size_t length, uint64_t *size,
                       uint64_t *compressed, uint64_t *offset)
{
    while (length >= 4) {
        size_t field = get16(extra + 2);
        if (field > length - 4)
            return false;
        const unsigned char *content = extra + 4;
        if (get16(extra) == EXTRA_ZIP64)
            return widen(&content, &field, size) && widen(&content, &field, compressed) &&
                   widen(&content, &field, offset);
        extra += 4 + field;
        length -= 4 + field;
    }
    return *size != 0xffffffffu && *compressed != 0xffffffffu && *offset != 0xffffffffu;
}

/* The lengths of the parts of a directory's entry after its first DIRECTORY_SIZE bytes; false if
 * it is not whole. */
static bool measure_entry(const unsigned char *record, const unsigned char *end, size_t *name,
                          size_t *extra, size_t *whole)
{
    if (end - record < DIRECTORY_SIZE || get32(record) != DIRECTORY_MAGIC)
        return false;
    *name = get16(record + 28);
    *extra = get16(record + 30);
    *whole = DIRECTORY_SIZE + *name + *extra + get16(record + 32);
    return (size_t)(end - record) >= *whole;
}

/* One directory entry; *at moves past it. */
static dn_status read_entry(dn_pool *pool, const unsigned char **at, const unsigned char *end,
                            dn_zip_entry *entry)
{
    const unsigned char *record = *at;
    size_t name, extra, whole;
    if (!measure_entry(record, end, &name, &extra, &whole))
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's directory is damaged");
    *at += whole;
    DN_TRY(dn_pool_copy(pool, (const char *)record + DIRECTORY_SIZE, name, &entry->name));
    uint64_t compressed = get32(record + 20), size = get32(record + 24),
             offset = get32(record + 42);
    if (!read_zip64(record + DIRECTORY_SIZE + name, extra, &size, &compressed, &offset))
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" has no valid sizes", entry->name);
    entry->flags = get16(record + 8);
    entry->method = get16(record + 10);
    entry->checksum = get32(record + 16);
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

static dn_status find_directory(const unsigned char *data, size_t size, directory *found)
{
    DN_TRY(read_end(data, size, found));
    if (found->offset > size || found->size > size - found->offset ||
        found->count > found->size / DIRECTORY_SIZE)
        return dn_fail(DN_ERROR_FORMAT, "the zip archive's directory is not within the file");
    return DN_OK;
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
    directory found = {0};
    if (find_directory(data, size, &found) != DN_OK)
        return false;
    const unsigned char *at = data + found.offset, *end = at + found.size;
    size_t length, extra, whole;
    for (uint64_t i = 0; i < found.count; i++, at += whole) {
        if (!measure_entry(at, end, &length, &extra, &whole))
            return false;
        if (is_named(at + DIRECTORY_SIZE, length, name, below))
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

dn_status dn_zip_open(dn_pool *pool, const unsigned char *data, size_t size, dn_zip *zip)
{
    directory found = {0};
    DN_TRY(find_directory(data, size, &found));
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

static dn_status locate(const dn_zip *zip, const dn_zip_entry *entry, const unsigned char **bytes)
{
    size_t offset = entry->offset;
    if (offset > zip->size || zip->size - offset < LOCAL_SIZE ||
        get32(zip->data + offset) != LOCAL_MAGIC)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" is not where the directory says",
                       entry->name);
    offset += LOCAL_SIZE + get16(zip->data + offset + 26) + get16(zip->data + offset + 28);
    if (offset > zip->size || entry->compressed_size > zip->size - offset)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" ends past the end of the file",
                       entry->name);
    *bytes = zip->data + offset;
    return DN_OK;
}

static dn_status inflate_all(const dn_zip_entry *entry, const unsigned char *compressed,
                             unsigned char *out)
{
    z_stream stream = {0};
    if (entry->compressed_size > UINT32_MAX || entry->size > UINT32_MAX)
        return dn_fail(DN_ERROR_LIMIT, "zip entry \"%s\" is compressed and larger than 4 GiB",
                       entry->name);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return dn_fail_memory(sizeof stream);
    stream.next_in = (unsigned char *)compressed;
    stream.avail_in = (uInt)entry->compressed_size;
    stream.next_out = out;
    stream.avail_out = (uInt)entry->size;
    int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (result != Z_STREAM_END || stream.total_out != entry->size ||
        crc32(0, out, (uInt)entry->size) != entry->checksum)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" does not unpack to what is claimed",
                       entry->name);
    return DN_OK;
}

/* Stored entries are not checked, as in PyTorch: a checksum over the
 * weights would cost more than reading them, and PyTorch can be told to write
 * none. */
dn_status dn_zip_read(const dn_zip *zip, const dn_zip_entry *entry, dn_pool *pool,
                      const unsigned char **bytes)
{
    const unsigned char *compressed = NULL;
    DN_TRY(locate(zip, entry, &compressed));
    if (entry->flags & ENCRYPTED)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" is encrypted", entry->name);
    if (entry->method == STORED && entry->compressed_size == entry->size) {
        *bytes = compressed;
        return DN_OK;
    }
    if (entry->method != DEFLATED)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" is neither stored nor deflated",
                       entry->name);
    unsigned char *out;
    DN_TRY(dn_pool_alloc(pool, entry->size, 1, &out));
    DN_TRY(inflate_all(entry, compressed, out));
    *bytes = out;
    return DN_OK;
}
