/* SPDX-License-Identifier: MIT */
/* base/file.h's files that appear whole or not at all; every function that fails
 * has complained. */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include "base/file.h"

typedef dn_file_writer output_file;

/* Whether a file of this name could be written; leaves none. */
bool output_is_writable(const char *path);

bool output_create(const char *path, output_file *file);
bool output_write(output_file *file, const void *data, size_t size);

/* Both release the file; output_abandon also removes what was written. */
bool output_commit(output_file *file);
void output_abandon(output_file *file);

#endif
