/* SPDX-License-Identifier: MIT */
/* AVX-512, with maps of bytes. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#include "kernels/level_avx512.c"
