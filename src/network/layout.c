/* SPDX-License-Identifier: MIT */
#include "network/layout.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

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

/* Counts slots, and writes them too once there is room. */
typedef struct builder {
    dn_layout *layout;
    dn_key key; /* of the tensors being added, but for the part */
} builder;

static void add_slot(builder *b, dn_part part, int rank, int d0, int d1, int d2, int d3)
{
    dn_layout *layout = b->layout;
    dn_slot slot = {.key = b->key, .rank = rank, .shape = {d0, d1, d2, d3}};
    slot.key.part = part;
    slot.count = (size_t)d0 * (size_t)d1 * (size_t)d2 * (size_t)d3;
    slot.offset = layout->floats;
    if (layout->slots)
        layout->slots[layout->count] = slot;
    layout->count++;
    layout->floats += slot.count;
}

static void add_conv(builder *b, int out, int in, int kernel)
{
    add_slot(b, DN_PART_CONV, 4, out, in, kernel, kernel);
}

static void add_norm(builder *b, int channels)
{
    for (int part = DN_PART_NORM_WEIGHT; part <= DN_PART_NORM_VARIANCE; part++)
        add_slot(b, (dn_part)part, 1, channels, 1, 1, 1);
}

static void add_layer(builder *b, const dn_arch *arch, int channels)
{
    int width = dn_bottleneck_width(arch);
    add_norm(b, channels);
    if (width) {
        add_conv(b, width, channels, 1);
        b->key.unit = 1;
        add_norm(b, width);
        channels = width;
    }
    add_conv(b, arch->growth, channels, 3);
}

static void add_block(builder *b, const dn_arch *arch, int block)
{
    int channels = dn_block_in(arch, block);
    for (int layer = 0; layer < arch->blocks[block]; layer++) {
        b->key = (dn_key){.role = DN_ROLE_LAYER, .block = block, .layer = layer};
        add_layer(b, arch, channels);
        channels += arch->growth;
    }
    bool last = block == arch->block_count - 1;
    b->key = (dn_key){.role = last ? DN_ROLE_FINAL : DN_ROLE_TRANSITION, .block = last ? 0 : block};
    add_norm(b, channels);
    if (!last)
        add_conv(b, dn_transition_out(arch, channels), channels, 1);
}

static void add_network(builder *b, const dn_arch *arch)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(arch, convs);
    for (int unit = 0; unit < count; unit++) {
        b->key = (dn_key){.role = DN_ROLE_STEM, .unit = unit};
        add_conv(b, convs[unit].out, convs[unit].in, convs[unit].kernel);
        if (convs[unit].norm)
            add_norm(b, convs[unit].out);
    }
    for (int block = 0; block < arch->block_count; block++)
        add_block(b, arch, block);
    b->key = (dn_key){.role = DN_ROLE_HEAD};
    int features = dn_block_out(arch, arch->block_count - 1);
    add_slot(b, DN_PART_LINEAR_WEIGHT, 2, arch->classes, features, 1, 1);
    add_slot(b, DN_PART_LINEAR_BIAS, 1, arch->classes, 1, 1, 1);
}

dn_status dn_layout_create(const dn_arch *arch, dn_layout *layout)
{
    dn_layout made = {0};
    add_network(&(builder){.layout = &made}, arch);
    DN_TRY(dn_calloc((size_t)made.count, sizeof *made.slots, &made.slots));
    made.count = 0;
    made.floats = 0;
    add_network(&(builder){.layout = &made}, arch);
    *layout = made;
    return DN_OK;
}

void dn_layout_free(dn_layout *layout)
{
    free(layout->slots);
    *layout = (dn_layout){0};
}

const dn_slot *dn_layout_find(const dn_layout *layout, const dn_key *key)
{
    for (int i = 0; i < layout->count; i++)
        if (dn_key_compare(&layout->slots[i].key, key) == 0)
            return &layout->slots[i];
    return NULL;
}
