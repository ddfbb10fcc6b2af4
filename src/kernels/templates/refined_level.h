/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL and DN_PARENT and includes this: it is its parent, but for a
 * table of its own for maps of bfloat16. */
#include "kernels/templates/level_names.h"

static dn_whole_level whole;

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
    .inherits = &DN_PARENT_TABLE,
    .whole = &whole,
    .halves = &DN_HALVES_TABLE,
};
