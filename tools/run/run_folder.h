/* SPDX-License-Identifier: MIT */
#ifndef TOOL_RUN_FOLDER_H
#define TOOL_RUN_FOLDER_H

#include <stdbool.h>

/* Keeps other trainings out of a folder until *lock is closed, or its process ends.
 * Complains and returns false where one has it. */
bool run_folder_lock(const char *folder, int *lock);

/* True where a new run would replace nothing but what a run left that was cut off
 * before its first checkpoint. Complains otherwise. */
bool run_folder_is_free(const char *folder);

/* True where a run can be gone on with. Complains otherwise. */
bool run_folder_can_resume(const char *folder);

#endif
