/* SPDX-License-Identifier: MIT */
#include "network/model.h"

#include <string.h>

dn_status dn_model_replace_head(const dn_model *model, int classes, uint64_t seed, dn_model **out)
{
    DN_NEED(model);
    DN_NEED(out);
    dn_arch arch = model->arch;
    arch.classes = classes;
    arch.head = (dn_head){0};
    dn_model *replaced;
    DN_TRY(dn_model_init(&arch, DN_INIT_PYTORCH, seed, &replaced));
    for (int i = 0; i < replaced->layout.count; i++) {
        const dn_slot *slot = &replaced->layout.slots[i];
        if (slot->key.role != DN_ROLE_HEAD)
            memcpy(replaced->storage + slot->offset, model->tensors[i],
                   slot->count * sizeof(float));
    }
    replaced->batches_tracked = model->batches_tracked;
    replaced->has_preprocess = model->has_preprocess;
    replaced->preprocess = model->preprocess;
    *out = replaced;
    return DN_OK;
}
