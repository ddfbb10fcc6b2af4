/* SPDX-License-Identifier: MIT */
/* AVX2 with VNNI, with maps of bytes that are multiplied in fours. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#define DN_LEVEL avxvnni
#include "kernels/level_avx2.c"
