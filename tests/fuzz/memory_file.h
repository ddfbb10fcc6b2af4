/* SPDX-License-Identifier: MIT */
/* Files in memory, for readers that take the path of a file or of a folder. */
#ifndef MEMORY_FILE_H
#define MEMORY_FILE_H

#include <stddef.h>

/* A folder that lives as long as the program. */
const char *memory_folder(void);

/* Makes these bytes the content of the folder's file of that name, and returns
 * its path, which stays the same; a few names at most. */
const char *memory_file(const char *name, const void *data, size_t size);

#endif
