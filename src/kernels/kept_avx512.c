/* SPDX-License-Identifier: MIT */
/* AVX-512, with maps of bytes and weights that are floats. */
#define DN_BYTES
#define DN_DEPTH_UNIT 0
#include "kernels/level_avx512.c"
