/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "network/model.h"
#include "network/stems.h"

#include <string.h>

/* One kernel's planes: their sum, or as many as are needed in turn, scaled so that a picture
 * whose channels are equal gives what it gave. */
static void adapt_kernel(const float *from, int had, float *to, int channels, size_t plane)
{
    if (channels == 1) {
        for (size_t i = 0; i < plane; i++) {
            double sum = 0;
            for (int c = 0; c < had; c++)
                sum += (double)from[(size_t)c * plane + i];
            to[i] = (float)sum;
        }
        return;
    }
    for (int c = 0; c < channels; c++)
        for (size_t i = 0; i < plane; i++)
            to[(size_t)c * plane + i] =
                (float)((double)from[(size_t)(c % had) * plane + i] * had / channels);
}

static void copy_tensors(const dn_model *from, dn_model *to)
{
    for (int i = 0; i < to->layout.count; i++) {
        const dn_slot *slot = &to->layout.slots[i], *had = &from->layout.slots[i];
        float *data = to->storage + slot->offset;
        if (slot->count == had->count) {
            memcpy(data, from->tensors[i], slot->count * sizeof *data);
            continue;
        }
        size_t plane = (size_t)slot->shape[2] * (size_t)slot->shape[3];
        for (int k = 0; k < slot->shape[0]; k++)
            adapt_kernel(from->tensors[i] + (size_t)k * (size_t)had->shape[1] * plane,
                         had->shape[1], data + (size_t)k * (size_t)slot->shape[1] * plane,
                         slot->shape[1], plane);
    }
}

dn_status dn_model_replace_channels(const dn_model *model, int channels, dn_model **out)
{
    DN_NEED(model);
    DN_NEED(out);
    int had = model->arch.channels;
    if (had != 1 && had != 3)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "a stem that takes %d channel%s cannot be adapted to %d; one that takes 1 or "
            "3 can",
            had, dn_plural(had), channels);
    dn_arch arch = model->arch;
    arch.channels = channels;
    dn_model *made;
    DN_TRY(dn_model_create(&arch, true, &made));
    copy_tensors(model, made);
    dn_status status = dn_model_copy_metadata(model, made);
    if (status != DN_OK) {
        dn_model_free(made);
        return status;
    }
    made->has_preprocess = made->has_preprocess && made->preprocess.scaling == DN_SCALE_UNIT &&
                           (channels == 1 || channels == 3);
    made->preprocess.channels = channels;
    for (int c = had; c < channels && made->has_preprocess; c++) {
        made->preprocess.mean[c] = made->preprocess.mean[0];
        made->preprocess.std[c] = made->preprocess.std[0];
    }
    *out = made;
    return DN_OK;
}
