/* SPDX-License-Identifier: MIT */
#include "network/widths.h"

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
