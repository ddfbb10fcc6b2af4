/* SPDX-License-Identifier: MIT */
/* NEON with BF16, an option from Armv8.2 on and, as I8MM, a part of Armv8.6: an instruction adds
 * the products of two bfloat16 pairs to each sum. */
#include "kernels/levels.h"

#if DN_HAS_NEON
#define DN_LEVEL neonbf16
#define DN_PARENT neoni8mm
#define DN_OWN_HALVES
#include "kernels/templates/refined_level.h"
#endif
