/* SPDX-License-Identifier: MIT */
/* The baseline, with maps of bytes. */
#define DN_BYTES
#define DN_DEPTH_UNIT 4
#include "kernels/level_baseline.c"
