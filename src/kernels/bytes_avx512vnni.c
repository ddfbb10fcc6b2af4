/* SPDX-License-Identifier: MIT */
/* AVX-512 with VNNI, with maps of bytes that are multiplied in fours. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#define DN_LEVEL avx512vnni
#include "kernels/level_avx512.c"
