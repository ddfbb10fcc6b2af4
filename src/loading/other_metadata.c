/* SPDX-License-Identifier: MIT */
#include "loading/other_metadata.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The last value with this name, in any dictionary or module. */
static const dn_value *find_value(const dn_tensor_file *file, const char *name)
{
    for (size_t i = file->value_count; i-- > 0;)
        if (strcmp(dn_last_component(file->values[i].path), name) == 0)
            return &file->values[i];
    return NULL;
}

/* -------------------------------------------------------------- thresholds */

static dn_status set_thresholds(dn_model *model, const float *values)
{
    size_t count = (size_t)model->arch.classes;
    DN_TRY(dn_alloc_aligned(count, sizeof(float), &model->thresholds));
    memcpy(model->thresholds, values, count * sizeof *values);
    return DN_OK;
}

/* An output without one has NaN. */
static dn_status check_thresholds(const dn_tensor_file *file, const char *path,
                                  const dn_model *model)
{
    for (int i = 0; i < model->arch.classes; i++) {
        float value = model->thresholds[i];
        if (!isnan(value) && !(value > 0 && value < 1))
            return dn_fail(DN_ERROR_MISMATCH,
                           "%s: \"%s\" holds %g; operating points between 0 and 1 are expected",
                           file->name, path, (double)value);
    }
    return DN_OK;
}

static dn_status read_thresholds(const dn_tensor_file *file, dn_model *model)
{
    size_t count = (size_t)model->arch.classes;
    const dn_value *value = find_value(file, "op_threshs");
    if (value && value->numbers && value->count == count) {
        DN_TRY(dn_alloc_aligned(count, sizeof(float), &model->thresholds));
        for (size_t i = 0; i < count; i++)
            model->thresholds[i] = (float)value->numbers[i];
        return check_thresholds(file, value->path, model);
    }
    for (size_t i = 0; i < file->tensor_count; i++) {
        const dn_tensor *tensor = &file->tensors[i];
        if (strcmp(dn_last_component(tensor->name), "op_threshs") != 0 || tensor->count != count ||
            !dn_dtype_is_float(tensor->dtype))
            continue;
        DN_TRY(dn_alloc_aligned(count, sizeof(float), &model->thresholds));
        dn_tensor_read(tensor, model->thresholds);
        return check_thresholds(file, tensor->name, model);
    }
    return DN_OK;
}

bool dn_other_points_left(const dn_tensor_file *file, const dn_model *model)
{
    const dn_value *value = find_value(file, "op_threshs");
    bool found = value && value->numbers;
    for (size_t i = 0; i < file->tensor_count && !found; i++)
        found = strcmp(dn_last_component(file->tensors[i].name), "op_threshs") == 0;
    return found && !model->thresholds && model->arch.classes;
}

/* ------------------------------------------------------------------ labels */

/* A list with one of the names in use. */
static dn_status read_label_list(const dn_tensor_file *file, dn_model *model)
{
    static const char *const names[] = {"pathologies", "targets",     "labels",
                                        "classes",     "class_names", "categories"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !model->labels; i++) {
        const dn_value *value = find_value(file, names[i]);
        if (value && value->texts && value->count == (size_t)model->arch.classes)
            DN_TRY(dn_model_set_labels(model, value->texts, model->arch.classes));
    }
    return DN_OK;
}

/* torchvision's ImageFolder: {"class_to_idx": {name: index}}. */
static dn_status read_class_indices(const dn_tensor_file *file, dn_model *model)
{
    static const char key[] = "class_to_idx.";
    int classes = model->arch.classes, found = 0;
    const char **labels;
    DN_TRY(dn_calloc((size_t)classes, sizeof *labels, &labels));
    for (size_t i = 0; i < file->value_count; i++) {
        const dn_value *value = &file->values[i];
        const char *name = strstr(value->path, key);
        if (!name || !value->numbers || !(value->numbers[0] >= 0 && value->numbers[0] < classes))
            continue;
        const char **label = &labels[(int)value->numbers[0]];
        found += !*label;
        *label = name + sizeof key - 1;
    }
    dn_status status = found == classes ? dn_model_set_labels(model, labels, classes) : DN_OK;
    free(labels);
    return status;
}

/* --------------------------------------------------------- TorchXRayVision */

static bool is_xrv(const dn_tensor_file *file)
{
    static const char package[] = "torchxrayvision.";
    for (size_t i = 0; i < file->value_count; i++) {
        const dn_value *value = &file->values[i];
        if (value->texts && strcmp(dn_last_component(value->path), "__class__") == 0 &&
            strncmp(value->texts[0], package, sizeof package - 1) == 0)
            return true;
    }
    return false;
}

/* An output without an operating point was never trained. */
static dn_status set_xrv_labels(dn_model *model)
{
    const char *labels[DN_XRV_OUTPUTS];
    for (int i = 0; i < DN_XRV_OUTPUTS; i++)
        labels[i] = model->thresholds && isnan(model->thresholds[i]) ? "" : dn_xrv_labels[i];
    return dn_model_set_labels(model, labels, DN_XRV_OUTPUTS);
}

static dn_status complete_xrv(const dn_tensor_file *file, dn_model *model)
{
    bool usual = model->arch.classes == DN_XRV_OUTPUTS;
    const float *published = usual ? dn_xrv_thresholds(file->name) : NULL;
    if (!model->thresholds && published)
        DN_TRY(set_thresholds(model, published));
    if (!model->labels && usual)
        DN_TRY(set_xrv_labels(model));
    memcpy(model->origin.dialect, "TorchXRayVision", sizeof "TorchXRayVision");
    model->objective = DN_OBJECTIVE_LABELS;
    model->has_preprocess = dn_preprocess_parse("xrv", &model->preprocess) == DN_OK;
    return DN_OK;
}

dn_status dn_other_metadata_read(const dn_tensor_file *file, dn_model *model)
{
    if (model->arch.classes == 0)
        return DN_OK;
    DN_TRY(read_thresholds(file, model));
    DN_TRY(read_label_list(file, model));
    if (!model->labels)
        DN_TRY(read_class_indices(file, model));
    bool like_xrv = model->arch.channels == 1 &&
                    (model->thresholds ||
                     (model->arch.classes == DN_XRV_OUTPUTS && dn_xrv_thresholds(file->name)));
    return like_xrv || is_xrv(file) ? complete_xrv(file, model) : DN_OK;
}
