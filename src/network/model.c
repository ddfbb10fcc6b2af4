/* SPDX-License-Identifier: MIT */
#include "network/model.h"

#include "base/json.h"
#include "base/memory.h"
#include "network/names.h"
#include "tensors/tensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void free_strings(char **strings, int count)
{
    for (int i = 0; strings && i < count; i++)
        free(strings[i]);
    free(strings);
}

static dn_status name_slots(dn_model *model)
{
    const dn_arch *arch = &model->arch;
    DN_TRY(dn_calloc((size_t)model->layout.count, sizeof *model->names, &model->names));
    dn_name_context context = dn_name_context_of(arch);
    for (int i = 0; i < model->layout.count; i++) {
        char name[DN_TENSOR_NAME_SIZE];
        dn_name_format(DN_DIALECT_TORCHVISION, &context, &model->layout.slots[i].key, name);
        DN_TRY(dn_copy_string(name, &model->names[i]));
    }
    return DN_OK;
}

static dn_status allocate_tensors(dn_model *model, bool with_storage)
{
    DN_TRY(dn_layout_create(&model->arch, &model->layout));
    DN_TRY(name_slots(model));
    DN_TRY(dn_calloc((size_t)model->layout.count, sizeof *model->tensors, &model->tensors));
    if (!with_storage)
        return DN_OK;
    DN_TRY(dn_alloc_aligned(model->layout.floats, sizeof(float), &model->storage));
    memset(model->storage, 0, model->layout.floats * sizeof(float));
    for (int i = 0; i < model->layout.count; i++)
        model->tensors[i] = model->storage + model->layout.slots[i].offset;
    return DN_OK;
}

dn_status dn_model_create(const dn_arch *arch, bool with_storage, dn_model **out)
{
    DN_TRY(dn_arch_check(arch));
    dn_model *model;
    DN_TRY(dn_calloc(1, sizeof *model, &model));
    model->arch = *arch;
    model->temperature = 1;
    model->batches_tracked = -1;
    dn_status status = allocate_tensors(model, with_storage);
    if (status != DN_OK) {
        dn_model_free(model);
        return status;
    }
    *out = model;
    return DN_OK;
}

void dn_model_free(dn_model *model)
{
    if (!model)
        return;
    free_strings(model->names, model->layout.count);
    free_strings(model->labels, model->arch.classes);
    for (int i = 0; model->replaced && i < model->layout.count; i++)
        free(model->replaced[i]);
    free(model->replaced);
    free(model->tensors);
    free(model->storage);
    dn_layout_free(&model->layout);
    free(model->thresholds);
    free(model->ppv80);
    free(model->training);
    free(model->precisions);
    free(model->warning);
    dn_quantisation_free(model->quantisation);
    dn_tensor_file_close(model->file);
    free(model);
}

const dn_arch *dn_model_arch(const dn_model *model)
{
    return &model->arch;
}

const dn_origin *dn_model_origin(const dn_model *model)
{
    return &model->origin;
}

const char *dn_model_warning(const dn_model *model)
{
    if (!model)
        return NULL;
    return model->warning;
}

dn_objective dn_model_objective(const dn_model *model)
{
    if (!model)
        return DN_OBJECTIVE_CLASSES;
    return model->objective;
}

void dn_model_set_objective(dn_model *model, dn_objective objective)
{
    if (!model)
        return;
    model->objective = objective;
}

const char *dn_model_label(const dn_model *model, int output)
{
    if (!model || output < 0 || output >= model->arch.classes)
        return NULL;
    if (model->labels)
        return model->labels[output];
    return model->arch.classes == DN_IMAGENET_CLASSES ? dn_imagenet_labels[output] : NULL;
}

dn_status dn_model_set_labels(dn_model *model, const char *const *labels, int count)
{
    DN_NEED(model);
    DN_NEED(labels);
    if (count != model->arch.classes)
        return dn_fail(DN_ERROR_MISMATCH, "%d label%s for a network with %d output%s", count,
                       count == 1 ? "" : "s", model->arch.classes,
                       model->arch.classes == 1 ? "" : "s");
    for (int i = 0; i < count; i++)
        DN_NEED(labels[i]);
    char **copies;
    DN_TRY(dn_calloc((size_t)count, sizeof *copies, &copies));
    for (int i = 0; i < count; i++) {
        dn_status status = dn_copy_string(labels[i], &copies[i]);
        if (status != DN_OK) {
            free_strings(copies, count);
            return status;
        }
    }
    free_strings(model->labels, count);
    model->labels = copies;
    return DN_OK;
}

const float *dn_model_thresholds(const dn_model *model)
{
    if (!model)
        return NULL;
    return model->thresholds;
}

const float *dn_model_ppv80(const dn_model *model)
{
    return model ? model->ppv80 : NULL;
}

double dn_model_temperature(const dn_model *model)
{
    if (!model)
        return 0;
    return model->temperature;
}

const char *dn_model_training(const dn_model *model)
{
    return model ? model->training : NULL;
}

dn_status dn_model_set_training(dn_model *model, const char *json)
{
    DN_NEED(model);
    char *copy = NULL;
    if (json) {
        DN_TRY(dn_json_check_object(json, "training"));
        DN_TRY(dn_copy_string(json, &copy));
    }
    free(model->training);
    model->training = copy;
    return DN_OK;
}

dn_status dn_model_set_temperature(dn_model *model, double temperature)
{
    DN_NEED(model);
    if (!(temperature > 0 && isfinite(temperature)))
        return dn_fail(DN_ERROR_ARGUMENT, "temperature %g: a positive finite number is expected",
                       temperature);
    model->temperature = temperature;
    return DN_OK;
}

bool dn_model_preprocess(const dn_model *model, dn_preprocess *preprocess)
{
    if (!model || !preprocess)
        return false;
    if (model->has_preprocess) {
        *preprocess = model->preprocess;
        return true;
    }
    bool imagenet = dn_arch_shrinks(&model->arch);
    if (dn_preprocess_parse(imagenet ? "torchvision" : "cifar10", preprocess) == DN_OK)
        preprocess->channels = model->arch.channels;
    return false;
}

void dn_model_set_preprocess(dn_model *model, const dn_preprocess *preprocess)
{
    if (!model || !preprocess)
        return;
    model->has_preprocess = true;
    model->preprocess = *preprocess;
}

static dn_status copy_numbers(const float *from, int count, float **to)
{
    if (!from)
        return DN_OK;
    DN_TRY(dn_calloc((size_t)count, sizeof **to, to));
    memcpy(*to, from, (size_t)count * sizeof *from);
    return DN_OK;
}

dn_status dn_model_copy_metadata(const dn_model *from, dn_model *to)
{
    to->objective = from->objective;
    to->batches_tracked = from->batches_tracked;
    to->has_preprocess = from->has_preprocess;
    to->preprocess = from->preprocess;
    if (from->labels)
        DN_TRY(dn_model_set_labels(to, (const char *const *)from->labels, from->arch.classes));
    if (from->training)
        DN_TRY(dn_copy_string(from->training, &to->training));
    DN_TRY(copy_numbers(from->thresholds, from->arch.classes, &to->thresholds));
    return copy_numbers(from->ppv80, from->arch.classes, &to->ppv80);
}

const float *dn_model_find(const dn_model *model, const dn_key *key)
{
    const dn_slot *slot = dn_layout_find(&model->layout, key);
    return slot ? model->tensors[slot - model->layout.slots] : NULL;
}

dn_status dn_model_check_file(const dn_model *model)
{
    return model->file ? dn_tensor_file_check(model->file) : DN_OK;
}

void dn_model_forget_pages(const dn_model *model)
{
    if (model->file)
        dn_tensor_file_forget_pages(model->file);
}
