/* SPDX-License-Identifier: MIT */
#ifndef TOOL_FETCH_LOCK_H
#define TOOL_FETCH_LOCK_H

#include <stdbool.h>

/* Opens a file (made: O_CREAT | O_RDWR) or folder (O_DIRECTORY) that one process at a time works
 * in, and locks it; again if another process has just renamed it. -1 if it has complained. */
int fetch_lock(const char *path, int flags);

/* Makes and locks a file as soon as no other process has it; -1 without a complaint if it is to
 * stop before that. */
int fetch_lock_wait(const char *path, const char *label, bool (*stopping)(void));

#endif
