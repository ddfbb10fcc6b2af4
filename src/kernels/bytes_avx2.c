/* SPDX-License-Identifier: MIT */
/* AVX2, with maps of bytes. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#include "kernels/level_avx2.c"
