/* SPDX-License-Identifier: MIT */
#ifndef TOOL_FOLDER_H
#define TOOL_FOLDER_H

#include <stdbool.h>

/* Makes a folder and its parents if they are missing. Complains and returns
 * false if it cannot. */
bool folder_make(const char *path);

#endif
