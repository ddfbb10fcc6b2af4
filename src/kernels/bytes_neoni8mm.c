/* SPDX-License-Identifier: MIT */
/* NEON with I8MM, with maps of bytes that are multiplied in fours. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#define DN_LEVEL neoni8mm
#include "kernels/level_neon.c"
