/* SPDX-License-Identifier: MIT */
#include "loading/other_metadata.h"

#include "base/memory.h"
#include "loading/other_labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- thresholds */

/* As many as the library's networks have outputs. */
static dn_status set_published(const float *values, float **points)
{
    if (!values || *points)
        return DN_OK;
    DN_TRY(dn_alloc_aligned(DN_XRV_OUTPUTS, sizeof(float), points));
    memcpy(*points, values, DN_XRV_OUTPUTS * sizeof *values);
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
    const dn_value *value = dn_tensor_file_last(file, "op_threshs");
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
    const dn_value *value = dn_tensor_file_last(file, "op_threshs");
    bool found = value && value->numbers;
    for (size_t i = 0; i < file->tensor_count && !found; i++)
        found = strcmp(dn_last_component(file->tensors[i].name), "op_threshs") == 0;
    return found && !model->thresholds && model->arch.classes;
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
    if (usual) {
        DN_TRY(set_published(dn_xrv_thresholds(file->name), &model->thresholds));
        DN_TRY(set_published(dn_xrv_ppv80(file->name), &model->ppv80));
    }
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
    DN_TRY(dn_other_labels_read(file, model));
    bool like_xrv = model->arch.channels == 1 &&
                    (model->thresholds ||
                     (model->arch.classes == DN_XRV_OUTPUTS && dn_xrv_thresholds(file->name)));
    return like_xrv || is_xrv(file) ? complete_xrv(file, model) : DN_OK;
}
