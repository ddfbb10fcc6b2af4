/* SPDX-License-Identifier: MIT */
/* AVX2 with VNNI, on processors from 2021 on that have no AVX-512: four bytes at once. */
#include "kernels/levels.h"

#if DN_HAS_AVX2
#define DN_LEVEL avxvnni
#define DN_PARENT avx2
#define DN_OWN_BYTES
#include "kernels/templates/refined_level.h"
#endif
