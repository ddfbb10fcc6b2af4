/* SPDX-License-Identifier: MIT */
/* The instructions that every machine of this architecture has (SSE2 on x86-64): 12 sums and 3
 * operands in 16 registers of 4. */
#include "kernels/levels.h"

#if DN_HAS_BASELINE
#ifndef DN_LEVEL
#define DN_LEVEL baseline
#endif
#define DN_LANES 4
#define DN_TILE_PIXELS 6
#define DN_TILE_VECTORS 2
#include "kernels/templates/level_template.h"
#endif
