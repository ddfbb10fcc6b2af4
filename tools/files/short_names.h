/* SPDX-License-Identifier: MIT */
#ifndef TOOL_SHORT_NAMES_H
#define TOOL_SHORT_NAMES_H

#include <stddef.h>

/* For each path the shortest of its ends, in whole components, that no other path ends in: what
 * tells a/x.png from b/x.png. Pointers into the paths; free() the array. NULL if out of memory. */
const char **short_names(char *const *paths, size_t count);

#endif
