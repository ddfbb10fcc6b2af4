/* SPDX-License-Identifier: MIT */
/* AMX, with maps of bytes. */
#define DN_BYTES
#define DN_DEPTH_UNIT 64
#define DN_AMX
#define DN_LEVEL amx
#include "kernels/level_avx512.c"
