/* SPDX-License-Identifier: MIT */
/* What one of several jobs has found out, as a file of JSON lines: the run, records in
 * hexadecimal, and a digest of all before it. Every function that fails has complained. */
#ifndef TOOL_PART_WRITE_H
#define TOOL_PART_WRITE_H

#include "files/output.h"
#include "files/sha256.h"

#include <jansson.h>

typedef struct part_writer {
    output_file file;
    sha256 hash;
    long long records;
    bool open;
} part_writer;

/* The file appears with part_write_end; `run` is what all parts have in common. */
bool part_write_begin(part_writer *part, const char *path, int shard, int shards, json_t *run);

/* Zeros at the end are left out. */
bool part_write_record(part_writer *part, const void *bytes, size_t size);

bool part_write_end(part_writer *part);

/* Leaves no file; does nothing if none is open. */
void part_write_abandon(part_writer *part);

#endif
