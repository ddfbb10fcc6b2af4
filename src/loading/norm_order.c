/* SPDX-License-Identifier: MIT */
#include "loading/norm_order.h"

#include "base/memory.h"
#include "check/moments.h"
#include "network/widths.h"

#include <stdlib.h>

/* Of the right order, the correlation of predicted and recorded means is above 0.9
 * (docs/checking.md); of the wrong one it is that of unrelated numbers. */
#define RIGHT 0.9
#define WRONG 0.7

/* A layer's slots: of its first norm's weight, its 1x1 convolution, its second norm's weight. */
typedef struct layer_slots {
    int norm, conv, second, width;
} layer_slots;

static int slot_of(const dn_layout *layout, const dn_key *key)
{
    return (int)(dn_layout_find(layout, key) - layout->slots);
}

static layer_slots find_layer(const dn_arch *arch, const dn_layout *layout, int block, int layer)
{
    dn_key key = {
        .role = DN_ROLE_LAYER, .block = block, .layer = layer, .part = DN_PART_NORM_WEIGHT};
    layer_slots slots = {.norm = slot_of(layout, &key), .width = dn_bottleneck_width(arch)};
    key.part = DN_PART_CONV;
    slots.conv = slot_of(layout, &key);
    key.unit = 1;
    key.part = DN_PART_NORM_WEIGHT;
    slots.second = slot_of(layout, &key);
    return slots;
}

/* The correlation of what the convolution makes of the first norm with what the second one
 * recorded. memory: width * (width + 6) floats. */
static double agreement(const dn_tensor *const *first, const dn_tensor *conv,
                        const dn_tensor *const *second, const layer_slots *layer, float *memory)
{
    size_t width = (size_t)layer->width;
    float *norm[4], *recorded = memory + 4 * width, *predicted = memory + 5 * width;
    float *kernel = memory + 6 * width;
    for (size_t part = 0; part < 4; part++) {
        norm[part] = memory + part * width;
        dn_tensor_read(first[part], norm[part]);
    }
    dn_tensor_read(second[2], recorded);
    dn_tensor_read(conv, kernel);
    for (size_t c = 0; c < width; c++)
        norm[2][c] = (float)dn_rectified_mean((double)norm[1][c], (double)norm[0][c]);
    for (size_t o = 0; o < width; o++, kernel += width) {
        double sum = 0;
        for (size_t c = 0; c < width; c++)
            sum += (double)kernel[c] * (double)norm[2][c];
        predicted[o] = (float)sum;
    }
    return dn_correlation(predicted, recorded, layer->width);
}

static void order_layer(const layer_slots *layer, const dn_tensor **sources, float *memory)
{
    const dn_tensor **first = sources + layer->norm, **second = sources + layer->second;
    const dn_tensor *conv = sources[layer->conv];
    if (agreement(first, conv, second, layer, memory) > WRONG ||
        agreement(second, conv, first, layer, memory) < RIGHT)
        return;
    for (int part = 0; part < 4; part++) {
        const dn_tensor *moved = first[part];
        first[part] = second[part];
        second[part] = moved;
    }
}

dn_status dn_order_norms(const dn_arch *arch, const dn_layout *layout, const dn_tensor **sources)
{
    size_t width = (size_t)dn_bottleneck_width(arch);
    float *memory;
    if (width == 0)
        return DN_OK;
    DN_TRY(dn_alloc_aligned(width * (width + 6), sizeof *memory, &memory));
    for (int block = 0; block < arch->block_count; block++)
        for (int layer = 0; layer < arch->blocks[block]; layer++)
            if (dn_block_in(arch, block) + layer * arch->growth == (int)width) {
                layer_slots slots = find_layer(arch, layout, block, layer);
                order_layer(&slots, sources, memory);
            }
    free(memory);
    return DN_OK;
}
