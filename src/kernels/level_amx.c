/* SPDX-License-Identifier: MIT */
/* AMX with BF16: an instruction multiplies tiles of 16 rows by 16 outputs, 32 deep. */
#include "kernels/levels.h"

#if DN_HAS_AVX512
#define DN_LEVEL amx
#define DN_PARENT avx512bf16
#define DN_OWN_HALVES
#define DN_OWN_BYTES
#include "kernels/templates/refined_level.h"
#endif
