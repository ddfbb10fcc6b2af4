/* SPDX-License-Identifier: MIT */
#ifndef TOOL_COPY_FILE_H
#define TOOL_COPY_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Copies a regular file of at most `most` bytes over an open one. Complains and returns false if
 * it cannot; if there is no such file, *absent says so instead, unless it is NULL. */
bool copy_file(const char *source, int descriptor, int64_t most, bool *absent);

#endif
