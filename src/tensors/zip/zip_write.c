/* SPDX-License-Identifier: MIT */
#include "tensors/zip/zip_write.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ALIGNMENT 64

/* Little-endian fields of a record, one after the other. */
typedef struct record {
    unsigned char bytes[64];
    size_t length;
} record;

static void put(record *r, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        r->bytes[r->length++] = (unsigned char)(value >> 8 * i);
}

/* What local headers and the directory have in common: version 2.0, no flags,
 * stored, no date, then checksum and sizes. */
static void put_common(record *r, uint32_t checksum, size_t size, size_t name_length)
{
    put(r, 2, 20);
    put(r, 2, 0);
    put(r, 2, 0);
    put(r, 4, 0);
    put(r, 4, checksum);
    put(r, 4, size);
    put(r, 4, size);
    put(r, 2, name_length);
}

static uint32_t checksum_of(const unsigned char *bytes, size_t size)
{
    uLong checksum = crc32(0, NULL, 0);
    for (size_t done = 0; done < size;) {
        uInt part = size - done > 1u << 30 ? 1u << 30 : (uInt)(size - done);
        checksum = crc32(checksum, bytes + done, part);
        done += part;
    }
    return (uint32_t)checksum;
}

static void add_to_directory(dn_zip_writer *zip, const char *name, uint32_t checksum, size_t size)
{
    record r = {0};
    put(&r, 4, 0x02014b50);
    put(&r, 2, 20);
    put_common(&r, checksum, size, strlen(name));
    put(&r, 2, 0); /* extra field */
    put(&r, 2, 0); /* comment */
    put(&r, 2, 0); /* disk */
    put(&r, 2, 0); /* attributes */
    put(&r, 4, 0);
    put(&r, 4, zip->offset);
    dn_text_add_bytes(&zip->directory, (const char *)r.bytes, r.length);
    dn_text_add_bytes(&zip->directory, name, strlen(name));
    zip->entries++;
}

static dn_status write_bytes(dn_zip_writer *zip, const void *bytes, size_t size)
{
    zip->offset += size;
    return dn_file_write(zip->file, bytes, size);
}

dn_status dn_zip_add(dn_zip_writer *zip, const char *name, const void *bytes, size_t size)
{
    static const unsigned char zeros[ALIGNMENT];
    record r = {0};
    uint32_t checksum = checksum_of(bytes, size);
    if (zip->entries == 0xfffe || zip->offset + size > UINT32_MAX - 65536)
        return dn_fail(
            DN_ERROR_LIMIT,
            "%s: a file of 4 GiB or more cannot be written as a zip archive, which this format is",
            zip->file->path);
    add_to_directory(zip, name, checksum, size);
    /* An extra field of PyTorch's id pads the header. */
    size_t header = 30 + strlen(name) + 4;
    size_t padding = (ALIGNMENT - (zip->offset + header) % ALIGNMENT) % ALIGNMENT;
    put(&r, 4, 0x04034b50);
    put_common(&r, checksum, size, strlen(name));
    put(&r, 2, 4 + padding);
    DN_TRY(write_bytes(zip, r.bytes, r.length));
    DN_TRY(write_bytes(zip, name, strlen(name)));
    r.length = 0;
    put(&r, 2, 0x4246);
    put(&r, 2, padding);
    DN_TRY(write_bytes(zip, r.bytes, r.length));
    DN_TRY(write_bytes(zip, zeros, padding));
    return write_bytes(zip, bytes, size);
}

static dn_status write_end(dn_zip_writer *zip)
{
    size_t size = zip->directory.length;
    char *directory;
    DN_TRY(dn_text_take(&zip->directory, &directory));
    record r = {0};
    put(&r, 4, 0x06054b50);
    put(&r, 4, 0); /* disks */
    put(&r, 2, zip->entries);
    put(&r, 2, zip->entries);
    put(&r, 4, size);
    put(&r, 4, zip->offset);
    put(&r, 2, 0); /* comment */
    dn_status status = write_bytes(zip, directory, size);
    free(directory);
    return status == DN_OK ? write_bytes(zip, r.bytes, r.length) : status;
}

dn_status dn_zip_finish(dn_zip_writer *zip, dn_status status)
{
    if (status == DN_OK)
        status = write_end(zip);
    dn_text_drop(&zip->directory);
    return status;
}
