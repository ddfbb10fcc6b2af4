/* SPDX-License-Identifier: MIT */
#ifndef TOOL_SAME_FILE_H
#define TOOL_SAME_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

/* What stands after the last slash. */
const char *base_name(const char *path);

bool same_inode(const struct stat *a, const struct stat *b);

/* Whether what is written to `output` leaves `other`, which the same command reads
 * or writes, as it is; complains where it does not. Either may be NULL. */
bool output_is_distinct(const char *output, const char *other);

#endif
