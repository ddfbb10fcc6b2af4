/* SPDX-License-Identifier: MIT */
/* AVX-512 with BF16: an instruction adds the products of two bfloat16 pairs to each sum. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_LEVEL avx512bf16
#define DN_PARENT avx512vnni
#define DN_OWN_HALVES
#include "kernels/templates/refined_level.h"
#endif
