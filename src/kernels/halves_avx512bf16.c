/* SPDX-License-Identifier: MIT */
/* AVX-512 with BF16, with maps of bfloat16: the tile of level_avx512.c. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_HALVES
#define DN_DEPTH_UNIT 2
#define DN_LEVEL avx512bf16
#define DN_LANES 16
#define DN_TILE_PIXELS 8
#define DN_TILE_VECTORS 2
#include "kernels/templates/level_template.h"
#endif
