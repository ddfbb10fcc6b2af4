/* SPDX-License-Identifier: MIT */
/* AMX, with maps of bfloat16. At its speed Winograd's transformations would take longer than
 * the products that they save. */
#define DN_HALVES
#define DN_DEPTH_UNIT 32
#define DN_AMX
#define DN_LEVEL amx
#include "kernels/level_avx512.c"
