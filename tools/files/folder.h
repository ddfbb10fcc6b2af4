/* SPDX-License-Identifier: MIT */
#ifndef TOOL_FOLDER_H
#define TOOL_FOLDER_H

#include <stdbool.h>

/* Makes a folder and its parents if they are missing. Complains and returns
 * false if it cannot. */
bool folder_make(const char *path);

/* Complains and returns false if a file is where the folder of a run is expected. */
bool folder_not_file(const char *path);

#endif
