/* SPDX-License-Identifier: MIT */
/* AVX-512 with BF16, with maps of bfloat16 that are multiplied in pairs. */
#define DN_HALVES
#define DN_DEPTH_UNIT 2
#define DN_LEVEL avx512bf16
#include "kernels/level_avx512.c"
