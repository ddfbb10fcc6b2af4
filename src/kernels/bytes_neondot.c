/* SPDX-License-Identifier: MIT */
/* NEON's dot products, with maps of bytes that are multiplied in fours. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#define DN_SIGNED_QUADS 1
#define DN_LEVEL neondot
#include "kernels/level_neon.c"
