/* SPDX-License-Identifier: MIT */
/* The folder that a model hub keeps a network in: weights and, beside them, config.json. */
#ifndef DN_BASE_HUB_FILES_H
#define DN_BASE_HUB_FILES_H

#include "base/status.h"

#include <limits.h>

/* All that is read of a network; each is "" if there is none. */
typedef struct dn_hub_files {
    char weights[PATH_MAX];
    char config[PATH_MAX];
    char processor[PATH_MAX]; /* preprocessor_config.json */
    char bundle[PATH_MAX];    /* configs/metadata.json of a MONAI bundle */
} dn_hub_files;

/* The files behind a path, which is that of a weight file or of a folder with one. */
dn_status dn_hub_find(const char *path, dn_hub_files *files);

#endif
