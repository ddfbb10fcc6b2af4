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

dn_stem_row dn_arch_stem(const dn_arch *arch)
{
    dn_stem_row stem = *dn_stem_row_of(arch->stem);
    if (arch->stem_kernel)
        stem.kernel = arch->stem_kernel;
    if (arch->stem_stride)
        stem.stride = arch->stem_stride;
    if (arch->stem_pool != DN_STEM_POOL_USUAL)
        stem.pools = arch->stem_pool != DN_STEM_POOL_NONE;
    stem.blurs = arch->stem_pool == DN_STEM_POOL_BLUR;
    return stem;
}

int dn_stem_convs(const dn_arch *arch, dn_stem_conv convs[3])
{
    const dn_stem_row stem = dn_arch_stem(arch);
    int in = arch->channels;
    for (int i = 0; i < stem.convs; i++) {
        int out = i + 1 < stem.convs ? arch->stem_hidden[i] : arch->stem_channels;
        convs[i] = (dn_stem_conv){in, out, stem.kernel, i == 0 ? stem.stride : 1, stem.norm};
        in = out;
    }
    return stem.convs;
}
