/* SPDX-License-Identifier: MIT */
/* AVX-512 with BF16: an instruction adds the products of two bfloat16 pairs to each sum. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_LEVEL avx512bf16
#define DN_PARENT avx512
#include "kernels/templates/level_names.h"

static dn_whole_level whole;

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
    .inherits = &DN_PARENT_TABLE,
    .whole = &whole,
    .halves = &DN_HALVES_TABLE,
};
#endif
