/* SPDX-License-Identifier: MIT */
#ifndef TOOL_SHARDS_FETCH_H
#define TOOL_SHARDS_FETCH_H

#include <stdbool.h>

/* Downloads into --shard-cache what data sets, some of which may be NULL, name by URLs and what is
 * not there yet; all ranks take part. Each downloads its share of the URLs, and then what it still
 * lacks, if the folder is not one that all of them see. `stopping` is asked from time to time;
 * NULL: never. False in all of them, after a complaint, if one cannot. */
bool shards_fetch(const char *const *data, int count, bool (*stopping)(void));

#endif
