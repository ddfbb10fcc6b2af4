/* SPDX-License-Identifier: MIT */
/* Names for the files that a command writes into one folder: none is given twice, none replaces a
 * file that the command reads, and none is longer than the system allows. */
#ifndef TOOL_UNIQUE_NAMES_H
#define TOOL_UNIQUE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct unique_names unique_names;

unique_names *unique_names_create(const char *folder); /* NULL if out of memory */
void unique_names_free(unique_names *names);

/* No name will be that of this file, if it is there. False if out of memory. */
bool unique_names_avoid(unique_names *names, const char *path);

/* FOLDER/STEM.png of the first `length` bytes of stem, with -2 and so on after the stem if that is
 * taken; shortened if it is too long. Valid as long as `names`; NULL if out of memory. */
const char *unique_names_take(unique_names *names, const char *stem, size_t length);

#endif
