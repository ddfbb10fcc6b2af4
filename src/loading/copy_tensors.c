/* SPDX-License-Identifier: MIT */
/* Copies a file's tensors into a model's canonical order. */
#include "loading/copy_tensors.h"

#include "base/memory.h"
#include "loading/order.h"

#include <stdlib.h>
#include <string.h>

/* If new maps come first, the maps of one layer after the other change places;
 * the input of the first layer is one piece in either order. */
static bool is_permuted(const dn_arch *arch, const dn_slot *slot, dn_concat concat)
{
    return concat == DN_CONCAT_FIRST && dn_channels_read(arch, slot).layers > 0;
}

static bool can_borrow(const dn_arch *arch, const dn_slot *slot, const dn_tensor *source,
                       dn_concat concat)
{
    return source->dtype == DN_F32 && (uintptr_t)source->data % _Alignof(float) == 0 &&
           dn_tensor_is_packed(source) && !is_permuted(arch, slot, concat);
}

/* One row of channels of `spatial` floats each, converted from file order. */
static void reorder_row(float *row, const dn_channels *channels, size_t spatial, float *scratch)
{
    int count = channels->in + channels->layers * channels->growth;
    memcpy(scratch, row, (size_t)count * spatial * sizeof *row);
    for (int c = 0; c < count; c++)
        memcpy(row + (size_t)c * spatial,
               scratch + (size_t)dn_channel_new_first(channels, c) * spatial,
               spatial * sizeof *row);
}

static dn_status reorder(const dn_arch *arch, const dn_slot *slot, float *data)
{
    dn_channels channels = dn_channels_read(arch, slot);
    size_t spatial = (size_t)channels.spatial;
    size_t length = (size_t)(channels.in + channels.layers * channels.growth) * spatial;
    size_t rows = slot->count / length;
    float *scratch;
    DN_TRY(dn_alloc_aligned(length, sizeof *scratch, &scratch));
    for (size_t r = 0; r < rows; r++)
        reorder_row(data + r * length, &channels, spatial, scratch);
    free(scratch);
    return DN_OK;
}

dn_status dn_copy_tensors(dn_model *model, const dn_tensor *const *sources, dn_concat concat,
                          bool *borrowed)
{
    const dn_slot *slots = model->layout.slots;
    size_t floats = 0;
    *borrowed = false;
    for (int i = 0; i < model->layout.count; i++)
        if (can_borrow(&model->arch, &slots[i], sources[i], concat))
            *borrowed = true;
        else
            floats += slots[i].count;
    if (floats)
        DN_TRY(dn_alloc_aligned(floats, sizeof(float), &model->storage));
    float *next = model->storage;
    for (int i = 0; i < model->layout.count; i++) {
        if (can_borrow(&model->arch, &slots[i], sources[i], concat)) {
            model->tensors[i] = (const float *)(const void *)sources[i]->data;
            continue;
        }
        dn_tensor_read(sources[i], next);
        if (is_permuted(&model->arch, &slots[i], concat))
            DN_TRY(reorder(&model->arch, &slots[i], next));
        model->tensors[i] = next;
        next += slots[i].count;
    }
    return DN_OK;
}
