/* SPDX-License-Identifier: MIT */
#include "inference/auto_precision.h"

#include <jansson.h>

/* The logits' error, over their deviation; and the loss in accuracy or mean AUROC. */
#define MOST_ERROR 0.05
#define MOST_DROP 0.005

/* What is lost by bytes of a recorded figure; more than any if it is not one of both numbers. */
static double drop_of(const json_t *figure)
{
    const json_t *floats = json_object_get(figure, "f32"), *bytes = json_object_get(figure, "int8");
    if (!json_is_number(floats) || !json_is_number(bytes))
        return 1;
    return json_number_value(floats) - json_number_value(bytes);
}

static bool is_small(const json_t *record)
{
    static const char *const figures[] = {"top1", "auroc"};
    const json_t *error = json_object_get(record, "logits_error");
    bool small = json_is_number(error) && json_number_value(error) <= MOST_ERROR;
    for (int i = 0; i < 2; i++) {
        const json_t *figure = json_object_get(record, figures[i]);
        small = small && (!figure || drop_of(figure) <= MOST_DROP);
    }
    return small;
}

const char *dn_auto_precision(const dn_model *model, const dn_kernels *kernels)
{
    const char *text = dn_model_quantisation(model);
    if (!text || !kernels->bytes || !kernels->bytes->fast)
        return "f32";
    json_t *record = json_loads(text, 0, NULL);
    bool small = record && is_small(record);
    json_decref(record);
    return small ? "int8" : "f32";
}
