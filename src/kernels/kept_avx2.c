/* SPDX-License-Identifier: MIT */
/* AVX2, with maps of bytes and weights that are floats. */
#define DN_BYTES
#define DN_DEPTH_UNIT 0
#include "kernels/level_avx2.c"
