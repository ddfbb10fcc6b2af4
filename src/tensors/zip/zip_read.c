/* SPDX-License-Identifier: MIT */
/* The bytes of a zip archive's entries. */
#include "tensors/zip/zip.h"

#include "base/memory.h"
#include "tensors/zip/zip_records.h"

#include <zlib.h>

enum { LOCAL_MAGIC = 0x04034b50, LOCAL_SIZE = 30, STORED = 0, DEFLATED = 8, ENCRYPTED = 1 };

static dn_status locate(const dn_zip *zip, const dn_zip_entry *entry, const unsigned char **bytes)
{
    size_t offset = entry->offset;
    if (offset > zip->size || zip->size - offset < LOCAL_SIZE ||
        dn_zip_get32(zip->data + offset) != LOCAL_MAGIC)
        return dn_fail(DN_ERROR_FORMAT, "zip entry \"%s\" is not where the directory says",
                       entry->name);
    offset +=
        LOCAL_SIZE + dn_zip_get16(zip->data + offset + 26) + dn_zip_get16(zip->data + offset + 28);
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
