/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL and DN_PARENT and includes this: it is its parent, but for
 * tables of its own, with DN_OWN_HALVES for maps of bfloat16 and with DN_OWN_BYTES of bytes. */
#include "kernels/templates/level_names.h"

static dn_whole_level whole;

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
    .inherits = &DN_PARENT_TABLE,
    .whole = &whole,
#ifdef DN_OWN_HALVES
    .halves = &DN_HALVES_TABLE,
#endif
#ifdef DN_OWN_BYTES
    .bytes = &DN_BYTES_TABLE,
#endif
};
