/* SPDX-License-Identifier: MIT */
#include "loading/order.h"

#include "base/memory.h"
#include "network/head.h"
#include "network/widths.h"

#include <math.h>
#include <stdlib.h>

dn_channels dn_channels_read(const dn_arch *arch, const dn_slot *slot)
{
    const dn_key *key = &slot->key;
    dn_channels none = {0},
                read = {.growth = arch->growth, .spatial = slot->shape[2] * slot->shape[3]};
    int last = arch->block_count - 1;
    switch (key->role) {
    case DN_ROLE_LAYER:
        if (key->unit != 0)
            return none;
        read.in = dn_block_in(arch, key->block);
        read.layers = key->layer;
        return read;
    case DN_ROLE_TRANSITION:
        read.in = dn_block_in(arch, key->block);
        read.layers = arch->blocks[key->block];
        return read;
    case DN_ROLE_HEAD:
        if (key->part == DN_PART_LINEAR_BIAS || !dn_head_reads_pool(arch, key->unit))
            return none;
        read.spatial = dn_head_cells(&arch->head);
        /* fall through */
    case DN_ROLE_FINAL:
        read.in = dn_block_in(arch, last);
        read.layers = arch->blocks[last];
        return read;
    default:
        return none;
    }
}

const char *dn_concat_name(dn_concat concat)
{
    return concat == DN_CONCAT_FIRST ? "first" : concat == DN_CONCAT_LAST ? "last" : "auto";
}

/* Trained files agree to the bit; the margin is for statistics that were
 * recomputed by kernels that depend on the channel. */
bool dn_statistics_hold(const float *part, const float *whole, int count)
{
    int same = 0;
    for (int c = 0; c < count; c++)
        same += fabsf(part[c] - whole[c]) <= 1e-4f * fabsf(part[c]);
    return same >= count - count / 100;
}

/* How often only the one or only the other order explains a pair of
 * neighbouring norms. */
typedef struct votes {
    int first, last;
} votes;

static void compare_means(const float *earlier, int count, const float *later, int growth,
                          votes *sum)
{
    bool last = dn_statistics_hold(earlier, later, count);
    bool first = dn_statistics_hold(earlier, later + growth, count);
    sum->last += last && !first;
    sum->first += first && !last;
}

/* The running mean of a layer's first norm, or of the norm after the block. */
static const dn_tensor *mean_of(const dn_arch *arch, const dn_layout *layout,
                                const dn_tensor *const *sources, int block, int layer)
{
    dn_key key = {.block = block, .layer = layer, .part = DN_PART_NORM_MEAN};
    key.role = DN_ROLE_LAYER;
    if (layer == arch->blocks[block]) {
        bool last = block == arch->block_count - 1;
        key = (dn_key){.role = last ? DN_ROLE_FINAL : DN_ROLE_TRANSITION,
                       .block = last ? 0 : block,
                       .part = DN_PART_NORM_MEAN};
    }
    return sources[dn_layout_find(layout, &key) - layout->slots];
}

static void count_votes(const dn_arch *arch, const dn_layout *layout,
                        const dn_tensor *const *sources, float *buffers[2], votes *sum)
{
    for (int block = 0; block < arch->block_count; block++) {
        dn_tensor_read(mean_of(arch, layout, sources, block, 0), buffers[0]);
        for (int layer = 0; layer < arch->blocks[block]; layer++) {
            const float *earlier = buffers[layer % 2];
            float *later = buffers[(layer + 1) % 2];
            dn_tensor_read(mean_of(arch, layout, sources, block, layer + 1), later);
            int count = dn_block_in(arch, block) + layer * arch->growth;
            compare_means(earlier, count, later, arch->growth, sum);
        }
    }
}

static int widest(const dn_arch *arch)
{
    int most = 0;
    for (int block = 0; block < arch->block_count; block++)
        if (dn_block_out(arch, block) > most)
            most = dn_block_out(arch, block);
    return most;
}

dn_status dn_concat_of_statistics(const dn_arch *arch, const dn_layout *layout,
                                  const dn_tensor *const *sources, dn_concat *concat)
{
    float *memory;
    size_t width = (size_t)widest(arch);
    DN_TRY(dn_alloc_aligned(2 * width, sizeof(float), &memory));
    votes sum = {0};
    count_votes(arch, layout, sources, (float *[]){memory, memory + width}, &sum);
    free(memory);
    *concat = sum.last > 3 * sum.first   ? DN_CONCAT_LAST
              : sum.first > 3 * sum.last ? DN_CONCAT_FIRST
                                         : DN_CONCAT_AUTO;
    return DN_OK;
}
