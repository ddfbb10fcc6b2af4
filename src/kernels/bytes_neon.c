/* SPDX-License-Identifier: MIT */
/* NEON, with maps of bytes. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#include "kernels/level_neon.c"
