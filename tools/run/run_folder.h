/* SPDX-License-Identifier: MIT */
#ifndef TOOL_RUN_FOLDER_H
#define TOOL_RUN_FOLDER_H

#include "base/json.h"

#include <stdbool.h>

/* Locks a folder against other training runs until *lock is closed or the process
 * ends. Complains and returns false if another run has it; warns if that cannot be told. */
bool run_folder_lock(const char *folder, int *lock);

/* True if a new run would replace nothing but the files of a run that was
 * interrupted before its first checkpoint. Complains otherwise. */
bool run_folder_is_free(const char *folder);

/* Reads a settings.json; *settings is NULL if it fails. */
dn_status run_folder_settings(const char *path, json_t **settings);

/* Whether the folder holds a checkpoint. */
bool run_folder_has_checkpoint(const char *folder);

/* True if the folder's run can be resumed. Complains otherwise. */
bool run_folder_can_resume(const char *folder);

#endif
