/* SPDX-License-Identifier: MIT */
/* DN_TABLE and DN_TABLE_NAME of the level DN_LEVEL, or of its twin with DN_EMULATED; and
 * DN_PARENT_TABLE, of the level DN_PARENT or its twin, from which this one inherits, if it
 * does (inherit.h). */
#include "kernels/inherit.h"

#define DN_TEXT(name) #name
#define DN_NAME(name) DN_TEXT(name)
#define DN_JOIN(first, second, third) first##second##third
#define DN_SYMBOL(level, twin) DN_JOIN(dn_kernels_, level, twin)
#ifdef DN_EMULATED
#define DN_TABLE DN_SYMBOL(DN_LEVEL, _emulated)
#define DN_TABLE_NAME DN_NAME(DN_LEVEL) "-emulated"
#define DN_PARENT_TABLE DN_SYMBOL(DN_PARENT, _emulated)
#else
#define DN_TABLE DN_SYMBOL(DN_LEVEL, )
#define DN_TABLE_NAME DN_NAME(DN_LEVEL)
#define DN_PARENT_TABLE DN_SYMBOL(DN_PARENT, )
#endif

extern const dn_kernels DN_TABLE;
#ifdef DN_PARENT
extern const dn_kernels DN_PARENT_TABLE;
#endif
