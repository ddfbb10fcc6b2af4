/* SPDX-License-Identifier: MIT */
#include "network/widths.h"

int dn_stem_convs(const dn_arch *arch, dn_stem_conv convs[3])
{
    bool norm = arch->stem != DN_STEM_CIFAR;
    int out = arch->stem_channels;
    if (arch->stem == DN_STEM_DEEP) {
        const int *hidden = arch->stem_hidden;
        convs[0] = (dn_stem_conv){arch->channels, hidden[0], 3, 2, norm};
        convs[1] = (dn_stem_conv){hidden[0], hidden[1], 3, 1, norm};
        convs[2] = (dn_stem_conv){hidden[1], out, 3, 1, norm};
        return 3;
    }
    bool imagenet = arch->stem == DN_STEM_IMAGENET;
    convs[0] = (dn_stem_conv){arch->channels, out, imagenet ? 7 : 3, imagenet ? 2 : 1, norm};
    return 1;
}

bool dn_stem_pools(const dn_arch *arch)
{
    return arch->stem == DN_STEM_IMAGENET || arch->stem == DN_STEM_DEEP;
}

int dn_transition_out(const dn_arch *arch, int channels)
{
    return (int)(channels * arch->compression);
}

int dn_block_in(const dn_arch *arch, int block)
{
    int channels = arch->stem_channels;
    for (int b = 0; b < block; b++)
        channels = dn_transition_out(arch, channels + arch->blocks[b] * arch->growth);
    return channels;
}

int dn_block_out(const dn_arch *arch, int block)
{
    return dn_block_in(arch, block) + arch->blocks[block] * arch->growth;
}

int dn_bottleneck_width(const dn_arch *arch)
{
    return arch->bottleneck * arch->growth;
}
