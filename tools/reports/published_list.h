/* SPDX-License-Identifier: MIT */
#ifndef TOOL_PUBLISHED_LIST_H
#define TOOL_PUBLISHED_LIST_H

#include <stdbool.h>

/* Prints what can be pulled, where it comes from, what checks it and whether it is in the cache,
 * with the networks of hubs that are; as a table or as JSON. Complains and returns false if it
 * cannot. */
bool published_list_print(bool json);

#endif
