/* SPDX-License-Identifier: MIT */
/* The folder of --shard-cache, in which shards lie that DATA names by URLs. */
#ifndef TOOL_SHARD_CACHE_H
#define TOOL_SHARD_CACHE_H

#include "arguments/options.h"
#include "densenet.h"

/* --shard-cache. */
extern const option_row shard_cache_option[];

/* NULL: none was named. */
const char *shard_cache_folder(void);

/* Where the shard of a URL lies, whether or not it is there yet: URLs that differ have different
 * files, and each always the same. As dn_dataset_options.saved. */
dn_status shard_cache_saved(const char *url, char *path, size_t size, void *context);

/* What of a path is below the folder; NULL if it lies elsewhere. */
const char *shard_cache_below(const char *path);

#endif
