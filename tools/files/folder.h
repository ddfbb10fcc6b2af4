/* SPDX-License-Identifier: MIT */
#ifndef TOOL_FOLDER_H
#define TOOL_FOLDER_H

#include <stdbool.h>

/* Makes a folder and those above it, where they are not there. Complains and
 * returns false where that cannot be. */
bool folder_make(const char *path);

#endif
