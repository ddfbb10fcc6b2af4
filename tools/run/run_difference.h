/* SPDX-License-Identifier: MIT */
#ifndef TOOL_RUN_DIFFERENCE_H
#define TOOL_RUN_DIFFERENCE_H

#include <jansson.h>
#include <stdbool.h>

/* Whether two runs have the same facts, objects; complains of the first that is another in
 * `where`. */
bool run_is_same(const json_t *own, const json_t *other, const char *where);

#endif
