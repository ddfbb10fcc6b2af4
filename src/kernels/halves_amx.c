/* SPDX-License-Identifier: MIT */
/* AMX, with maps of bfloat16. At its speed Winograd's transformations would take longer than
 * the products that they save. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_HALVES
#define DN_DEPTH_UNIT 32
#define DN_AMX
#define DN_LEVEL amx
#define DN_LANES 16
#define DN_TILE_PIXELS 8
#define DN_TILE_VECTORS 2
#include "kernels/templates/level_template.h"
#endif
