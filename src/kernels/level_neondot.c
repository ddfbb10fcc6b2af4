/* SPDX-License-Identifier: MIT */
/* NEON with dot products, an option from Armv8.2 on and a part of Armv8.4: four bytes at once,
 * of one sign. */
#include "kernels/levels.h"

#if DN_HAS_NEON
#define DN_LEVEL neondot
#define DN_PARENT neon
#define DN_OWN_BYTES
#include "kernels/templates/refined_level.h"
#endif
