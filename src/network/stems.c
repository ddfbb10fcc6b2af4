/* SPDX-License-Identifier: MIT */
#include "network/stems.h"

static const dn_stem_row rows[] = {
    [DN_STEM_IMAGENET] = {"imagenet", 1, 7, 2, .norm = true, .pools = true},
    [DN_STEM_CIFAR] = {"cifar", 1, 3, 1, .norm = false, .pools = false},
    [DN_STEM_CIFAR_NORM] = {"cifar-norm", 1, 3, 1, .norm = true, .pools = false},
    [DN_STEM_DEEP] = {"deep", 3, 3, 2, .norm = true, .pools = true},
};

const dn_stem_row *dn_stem_row_of(dn_stem stem)
{
    return (size_t)stem < sizeof rows / sizeof *rows ? &rows[stem] : NULL;
}

const char *dn_stem_name(dn_stem stem)
{
    const dn_stem_row *row = dn_stem_row_of(stem);
    return row ? row->name : NULL;
}

bool dn_stem_pools(dn_stem stem)
{
    const dn_stem_row *row = dn_stem_row_of(stem);
    return row && row->pools;
}

int dn_stem_convs(const dn_arch *arch, dn_stem_conv convs[3])
{
    const dn_stem_row *row = dn_stem_row_of(arch->stem);
    int in = arch->channels;
    for (int i = 0; i < row->convs; i++) {
        int out = i + 1 < row->convs ? arch->stem_hidden[i] : arch->stem_channels;
        convs[i] = (dn_stem_conv){in, out, row->kernel, i == 0 ? row->stride : 1, row->norm};
        in = out;
    }
    return row->convs;
}
