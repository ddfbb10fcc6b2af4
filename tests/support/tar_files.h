/* SPDX-License-Identifier: MIT */
/* Archives made by the tests of the tar reader. */
#ifndef TAR_FILES_H
#define TAR_FILES_H

#include "testing.h"

enum { TAR_BLOCK = 512, TAR_ROOM = 256 * TAR_BLOCK };

typedef struct tar_file {
    unsigned char bytes[TAR_ROOM];
    size_t size;
} tar_file;

static inline void tar_seal(unsigned char *header)
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (int i = 0; i < TAR_BLOCK; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
}

/* Overwrites a part of a header with text, without its NUL. */
static inline void tar_set(unsigned char *header, size_t at, const char *text)
{
    while (*text)
        header[at++] = (unsigned char)*text++;
    tar_seal(header);
}

/* A member of any type; returns its header, which may be changed and its
 * checksum set again. */
static inline unsigned char *tar_add(tar_file *tar, char type, const char *name, const void *data,
                                     size_t size)
{
    unsigned char *header = tar->bytes + tar->size;
    assert_true(tar->size + 2 * TAR_BLOCK + size < TAR_ROOM);
    memset(header, 0, TAR_BLOCK);
    assert_true(strlen(name) < 100);
    memcpy(header, name, strlen(name));
    snprintf((char *)header + 100, 8, "0000644");
    snprintf((char *)header + 124, 12, "%011o", (unsigned)size);
    header[156] = (unsigned char)type;
    memcpy(header + 257, "ustar\00000", 8);
    tar_seal(header);
    if (size)
        memcpy(header + TAR_BLOCK, data, size);
    tar->size += TAR_BLOCK + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    return header;
}

static inline unsigned char *tar_add_text(tar_file *tar, char type, const char *name,
                                          const char *text)
{
    return tar_add(tar, type, name, text, strlen(text));
}

/* A pax record, its length worked out. */
static inline const char *pax_record(const char *key, const char *value)
{
    static char record[8192];
    size_t bare = strlen(key) + strlen(value) + 3, length = bare + 1;
    while (length != bare + (size_t)snprintf(NULL, 0, "%zu", length))
        length++;
    snprintf(record, sizeof record, "%zu %s=%s\n", length, key, value);
    return record;
}

static inline void tar_finish(tar_file *tar)
{
    tar->size += 2 * TAR_BLOCK;
}

#endif
