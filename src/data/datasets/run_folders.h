/* SPDX-License-Identifier: MIT */
/* Folders that trainings write, which may lie among those that they read. */
#ifndef DN_DATASETS_RUN_FOLDERS_H
#define DN_DATASETS_RUN_FOLDERS_H

#include "base/status.h"

/* Whether a training has begun in a folder: it holds settings.json. */
bool dn_run_begun(const char *folder);

/* Fails with a sentence that names the folder as a training's. */
dn_status dn_fail_run(const char *folder);

/* Whether a folder is what a training has made, or `output` (NULL: none). */
bool dn_run_made(const char *folder, const char *output);

/* Whether a folder is a training's, or holds nothing but such folders: runs/. */
dn_status dn_run_holds(const char *folder, bool *runs);

/* Whether `output`, which need not exist, is or lies in a folder. */
dn_status dn_run_leads_through(const char *folder, const char *output, bool *through);

#endif
