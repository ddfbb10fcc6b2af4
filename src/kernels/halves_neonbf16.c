/* SPDX-License-Identifier: MIT */
/* NEON with BF16, with maps of bfloat16 that are multiplied in pairs. */
#define DN_HALVES
#define DN_DEPTH_UNIT 2
#define DN_LEVEL neonbf16
#include "kernels/level_neon.c"
