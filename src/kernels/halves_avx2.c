/* SPDX-License-Identifier: MIT */
/* AVX2, with maps of bfloat16 that are widened to floats. */
#define DN_HALVES
#define DN_DEPTH_UNIT 0
#include "kernels/level_avx2.c"
