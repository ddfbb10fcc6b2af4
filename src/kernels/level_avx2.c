/* SPDX-License-Identifier: MIT */
/* AVX2 with FMA: 12 sums, 2 weights and 1 pixel in 16 registers of 8. */
#include "kernels/levels.h"

#if DN_HAS_AVX2
#ifndef DN_LEVEL
#define DN_LEVEL avx2
#endif
#define DN_LANES 8
#define DN_TILE_PIXELS 6
#define DN_TILE_VECTORS 2
#include "kernels/templates/level_template.h"
#endif
