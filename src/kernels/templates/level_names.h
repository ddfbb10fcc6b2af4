/* SPDX-License-Identifier: MIT */
/* DN_TABLE and DN_TABLE_NAME of the level DN_LEVEL, or of its twin with DN_EMULATED, or with
 * DN_HALVES or DN_BYTES of its table for maps of bfloat16 or bytes; DN_HALVES_TABLE,
 * DN_BYTES_TABLE and DN_KEPT_TABLE, the latter; and DN_PARENT_TABLE, of the level DN_PARENT or its
 * twin, from which this one inherits, if it does (inherit.h). */
#include "kernels/inherit.h"

#define DN_TEXT(name) #name
#define DN_NAME(name) DN_TEXT(name)
#define DN_JOIN(level, maps, twin) dn_kernels_##level##maps##twin
#define DN_SYMBOL(level, maps, twin) DN_JOIN(level, maps, twin)
#ifdef DN_EMULATED
#define DN_TWIN _emulated
#define DN_TABLE_NAME DN_NAME(DN_LEVEL) "-emulated"
#else
#define DN_TWIN
#define DN_TABLE_NAME DN_NAME(DN_LEVEL)
#endif
#define DN_FLOATS_TABLE DN_SYMBOL(DN_LEVEL, , DN_TWIN)
#define DN_HALVES_TABLE DN_SYMBOL(DN_LEVEL, _halves, DN_TWIN)
#define DN_BYTES_TABLE DN_SYMBOL(DN_LEVEL, _bytes, DN_TWIN)
#define DN_KEPT_TABLE DN_SYMBOL(DN_LEVEL, _kept, DN_TWIN)
#if defined(DN_BYTES) && DN_DEPTH_UNIT > 0
#define DN_TABLE DN_BYTES_TABLE
#elif defined(DN_BYTES)
#define DN_TABLE DN_KEPT_TABLE
#elif defined(DN_HALVES)
#define DN_TABLE DN_HALVES_TABLE
#else
#define DN_TABLE DN_FLOATS_TABLE
#endif
#define DN_PARENT_TABLE DN_SYMBOL(DN_PARENT, , DN_TWIN)

extern const dn_kernels DN_TABLE, DN_HALVES_TABLE, DN_BYTES_TABLE, DN_KEPT_TABLE;
#ifdef DN_PARENT
extern const dn_kernels DN_PARENT_TABLE;
#endif
