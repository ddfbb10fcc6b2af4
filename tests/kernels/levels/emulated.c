/* SPDX-License-Identifier: MIT */
/* The twins of all levels, added to the library's table of whatever program
 * this is linked into: they run where their level's instructions do not exist. */
#include "kernels/kernels.h"

extern const dn_kernels dn_kernels_baseline_emulated, dn_kernels_neon_emulated,
    dn_kernels_avx2_emulated, dn_kernels_avx512_emulated;

static const dn_kernels *const twins[] = {&dn_kernels_baseline_emulated, &dn_kernels_neon_emulated,
                                          &dn_kernels_avx2_emulated, &dn_kernels_avx512_emulated,
                                          NULL};

__attribute__((constructor)) static void add_twins(void)
{
    dn_kernels_add(twins);
}
