/* SPDX-License-Identifier: MIT */
#ifndef TOOL_PATH_JOIN_H
#define TOOL_PATH_JOIN_H

/* BASE/NAME with one slash between them, of paths and URLs, in allocated memory; NULL if it has
 * complained. */
char *path_join(const char *base, const char *name);

#endif
