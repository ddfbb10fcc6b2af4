/* SPDX-License-Identifier: MIT */
/* A folder of weight files and hub folders, each a network by its name. */
#ifndef NETWORKS_NETWORK_FOLDER_H
#define NETWORKS_NETWORK_FOLDER_H

#include "networks/network_name.h"

#include "densenet.h"

#include <limits.h>

/* Calls take for each, in the order of their files' names. DN_ERROR_IO if the folder cannot be
 * read. */
dn_status network_folder_each(const char *folder,
                              void (*take)(void *context, const char *name, const char *path),
                              void *context);

/* Finds the file of a name. Returns false if there is none. */
bool network_folder_find(const char *folder, const char *name, char path[PATH_MAX]);

#endif
