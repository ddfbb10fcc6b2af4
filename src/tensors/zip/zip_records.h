/* SPDX-License-Identifier: MIT */
/* The records of a zip archive, as APPNOTE.TXT gives them; all numbers little-endian. */
#ifndef DN_ZIP_RECORDS_H
#define DN_ZIP_RECORDS_H

#include "base/status.h"

#include <stdint.h>

#define DN_ZIP_ENTRY_SIZE 46 /* of a directory's entry, without what varies */

static inline uint32_t dn_zip_get16(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static inline uint32_t dn_zip_get32(const unsigned char *at)
{
    return dn_zip_get16(at) | dn_zip_get16(at + 2) << 16;
}

static inline uint64_t dn_zip_get64(const unsigned char *at)
{
    return dn_zip_get32(at) | (uint64_t)dn_zip_get32(at + 4) << 32;
}

/* Where the entries are. */
typedef struct dn_zip_directory {
    uint64_t count, size, offset;
} dn_zip_directory;

/* Of an archive; it is within the file. */
dn_status dn_zip_find_directory(const unsigned char *data, size_t size, dn_zip_directory *found);

/* The lengths of the parts of a directory's entry after its first DN_ZIP_ENTRY_SIZE bytes; false
 * if it is not whole. */
bool dn_zip_measure_entry(const unsigned char *record, const unsigned char *end, size_t *name,
                          size_t *extra, size_t *whole);

#endif
