/* SPDX-License-Identifier: MIT */
#ifndef TOOL_SAME_FILE_H
#define TOOL_SAME_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* What follows the last slash. */
const char *base_name(const char *path);

bool same_inode(const struct stat *a, const struct stat *b);

/* Whether `output` is a different file from `other`, which the same command reads
 * or writes; complains if it is not. Either may be NULL. */
bool output_is_distinct(const char *output, const char *other);

#endif
