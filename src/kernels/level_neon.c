/* SPDX-License-Identifier: MIT */
/* NEON: 24 sums, 4 weights and 1 pixel in 32 registers of 4. */
#include "kernels/levels.h"

#if DN_HAS_NEON
#ifndef DN_LEVEL
#define DN_LEVEL neon
#endif
#define DN_LANES 4
#define DN_TILE_PIXELS 6
#define DN_TILE_VECTORS 4
#include "kernels/templates/level_template.h"
#endif
