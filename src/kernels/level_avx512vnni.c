/* SPDX-License-Identifier: MIT */
/* AVX-512 with VNNI, on processors from 2019 on: four bytes at once. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_LEVEL avx512vnni
#define DN_PARENT avx512
#define DN_OWN_BYTES
#include "kernels/templates/refined_level.h"
#endif
