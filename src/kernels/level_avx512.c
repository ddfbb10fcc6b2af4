/* SPDX-License-Identifier: MIT */
/* AVX-512: 16 sums, 2 weights and 1 pixel in 32 registers of 16. More rows would need more
 * pointers than there are registers for. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#ifndef DN_LEVEL
#define DN_LEVEL avx512
#endif
#define DN_LANES 16
#define DN_TILE_PIXELS 8
#define DN_TILE_VECTORS 2
#include "kernels/templates/level_template.h"
#endif
