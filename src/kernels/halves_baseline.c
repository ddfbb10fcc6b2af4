/* SPDX-License-Identifier: MIT */
/* The baseline, with maps of bfloat16 that are widened to floats. */
#define DN_HALVES
#define DN_DEPTH_UNIT 0
#include "kernels/level_baseline.c"
