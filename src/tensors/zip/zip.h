/* SPDX-License-Identifier: MIT */
/* Zip archives in memory. Not libzip: that hides the offset of a stored entry,
 * so each tensor would be copied, and its own libraries cost a millisecond of
 * every start (see docs/weights.md). */
#ifndef DN_ZIP_H
#define DN_ZIP_H

#include "base/pool.h"

typedef struct dn_zip_entry {
    char *name;
    unsigned method, flags;
    uint32_t checksum;
    size_t compressed_size, size;
    size_t offset; /* of its local header */
} dn_zip_entry;

typedef struct dn_zip {
    const unsigned char *data; /* the archive */
    size_t size;
    dn_zip_entry *entries; /* by name */
    size_t count;
} dn_zip;

/* Reads the directory, zip64 included; the entries live in the pool. */
dn_status dn_zip_open(dn_pool *pool, const unsigned char *data, size_t size, dn_zip *zip);

/* Whether an archive's directory has an entry of this name; costs no memory. */
bool dn_zip_lists(const unsigned char *data, size_t size, const char *name);

/* The same of that name in any folder. */
bool dn_zip_lists_below(const unsigned char *data, size_t size, const char *name);

/* NULL if there is none of that name. */
const dn_zip_entry *dn_zip_find(const dn_zip *zip, const char *name);

/* The entry's `size` bytes: in the archive if it is stored, otherwise inflated
 * into the pool. */
dn_status dn_zip_read(const dn_zip *zip, const dn_zip_entry *entry, dn_pool *pool,
                      const unsigned char **bytes);

#endif
