/* SPDX-License-Identifier: MIT */
/* Writes zip archives of stored entries, each aligned to 64 bytes as PyTorch
 * aligns them, so that readers may map them. At most 4 GiB. */
#ifndef DN_ZIP_WRITE_H
#define DN_ZIP_WRITE_H

#include "base/file.h"
#include "base/text.h"

/* Starts as {.file = writer}. */
typedef struct dn_zip_writer {
    dn_file_writer *file;
    uint64_t offset;
    dn_text directory;
    unsigned entries;
} dn_zip_writer;

dn_status dn_zip_add(dn_zip_writer *zip, const char *name, const void *bytes, size_t size);

/* Writes the directory and releases the writer's memory, also if one of the
 * calls failed. */
dn_status dn_zip_finish(dn_zip_writer *zip, dn_status status);

#endif
