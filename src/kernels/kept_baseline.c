/* SPDX-License-Identifier: MIT */
/* The baseline, with maps of bytes and weights that are floats. */
#define DN_BYTES
#define DN_DEPTH_UNIT 0
#include "kernels/level_baseline.c"
