/* SPDX-License-Identifier: MIT */
/* The twins of all levels, added to the tables of any program this is linked
 * into: they run where their level's instructions do not exist. */
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const dn_kernels dn_kernels_baseline_emulated, dn_kernels_neon_emulated,
    dn_kernels_neondot_emulated, dn_kernels_neoni8mm_emulated, dn_kernels_neonbf16_emulated,
    dn_kernels_avx2_emulated, dn_kernels_avxvnni_emulated, dn_kernels_avx512_emulated,
    dn_kernels_avx512vnni_emulated, dn_kernels_avx512bf16_emulated, dn_kernels_amx_emulated;

static const dn_kernels *const twins[] = {
    &dn_kernels_baseline_emulated,   &dn_kernels_neon_emulated,     &dn_kernels_neondot_emulated,
    &dn_kernels_neoni8mm_emulated,   &dn_kernels_neonbf16_emulated, &dn_kernels_avx2_emulated,
    &dn_kernels_avxvnni_emulated,    &dn_kernels_avx512_emulated,   &dn_kernels_avx512vnni_emulated,
    &dn_kernels_avx512bf16_emulated, &dn_kernels_amx_emulated,      NULL};

/* A test of a twin must not run on another level, as with an unknown name. */
static void check_name(const char *asked)
{
    const char *kind = asked ? strrchr(asked, '-') : NULL;
    if (!kind || strcmp(kind, "-emulated") != 0)
        return;
    for (int i = 0; twins[i]; i++)
        if (strcmp(twins[i]->name, asked) == 0)
            return;
    fprintf(stderr, "there is no level %s\n", asked);
    abort();
}

__attribute__((constructor)) static void add_twins(void)
{
    dn_kernels_add(twins);
    check_name(getenv("DENSENET_CPU"));
}
