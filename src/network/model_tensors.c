/* SPDX-License-Identifier: MIT */
/* A model's tensors, one by one. */
#include "base/memory.h"
#include "network/model.h"

#include <stdlib.h>
#include <string.h>

int dn_model_tensor_count(const dn_model *model)
{
    if (!model)
        return 0;
    return model->layout.count;
}

dn_tensor_view dn_model_tensor(const dn_model *model, int index)
{
    if (!model || index < 0 || index >= model->layout.count)
        return (dn_tensor_view){0};
    const dn_slot *slot = &model->layout.slots[index];
    dn_tensor_view view = {model->names[index], slot->rank, {0}, model->tensors[index]};
    for (int i = 0; i < slot->rank; i++)
        view.shape[i] = slot->shape[i];
    return view;
}

int dn_model_find_tensor(const dn_model *model, const char *name)
{
    if (!model || !name)
        return -1;
    for (int i = 0; i < model->layout.count; i++)
        if (strcmp(model->names[i], name) == 0)
            return i;
    return -1;
}

dn_status dn_model_set_tensor(dn_model *model, int index, const float *data, size_t count)
{
    DN_NEED(model);
    DN_NEED(data);
    if (index < 0 || index >= model->layout.count)
        return dn_fail(DN_ERROR_ARGUMENT, "tensor %d: the model has %d", index,
                       model->layout.count);
    const dn_slot *slot = &model->layout.slots[index];
    if (count != slot->count)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: %zu values for a tensor of %zu", model->names[index],
                       count, slot->count);
    if (!model->replaced)
        DN_TRY(dn_calloc((size_t)model->layout.count, sizeof *model->replaced, &model->replaced));
    if (!model->replaced[index])
        DN_TRY(dn_alloc_aligned(count, sizeof *data, &model->replaced[index]));
    memmove(model->replaced[index], data, count * sizeof *data);
    free(model->precisions); /* what they cost is not known any more */
    model->precisions = NULL;
    model->tensors[index] = model->replaced[index];
    return DN_OK;
}
