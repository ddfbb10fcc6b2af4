/* SPDX-License-Identifier: MIT */
#ifndef TOOL_PART_READ_H
#define TOOL_PART_READ_H

#include "base/file.h"

#include <jansson.h>

enum { MOST_SHARDS = 65536 };

/* A file of part_write.h's. */
typedef struct part_file {
    const char *path; /* the caller's, who keeps it */
    int shard, shards;
    json_t *run; /* an object */
    json_int_t records;
    dn_file_map map;
    size_t at, end; /* of the records that are not read yet */
} part_file;

/* Whether all of it is there, and is what was written; complains otherwise. part_close, whatever is
 * returned. */
bool part_open(const char *path, part_file *part);
void part_close(part_file *part);

/* The next record, and zeros after it; DN_ERROR_FORMAT if there is none, or it is longer. */
dn_status part_read_record(part_file *part, unsigned char *bytes, size_t size);

#endif
