/* SPDX-License-Identifier: MIT */
#include "inference/auto_precision.h"

#include "base/log.h"

#include <jansson.h>
#include <math.h>

/* The logits' error, over their deviation; and the loss in accuracy or mean AUROC. */
#define MOST_ERROR 0.05
#define MOST_DROP 0.005

/* What is lost of a recorded figure; all of it unless the record has both numbers. */
static double drop_of(const json_t *figure, const char *precision)
{
    const json_t *exact = json_object_get(figure, "f32"),
                 *rounded = json_object_get(figure, precision);
    if (!json_is_number(exact) || !json_is_number(rounded))
        return 1;
    return json_number_value(exact) - json_number_value(rounded);
}

static bool is_small(const json_t *record, const char *precision)
{
    static const char *const figures[] = {"top1", "auroc", NULL};
    const json_t *error = json_object_get(record, "logits_error");
    double value = json_is_number(error) ? json_number_value(error) : INFINITY;
    bool small = value >= 0 && value <= MOST_ERROR;
    for (int i = 0; figures[i]; i++) {
        const json_t *figure = json_object_get(record, figures[i]);
        small = small && (!figure || drop_of(figure, precision) <= MOST_DROP);
    }
    return small;
}

/* A network that was quantised without pictures has a record, but of no cost. */
static bool is_measured(const json_t *record)
{
    return json_is_number(json_object_get(record, "logits_error"));
}

static bool is_fast(const dn_kernels *table)
{
    return table && table->fast;
}

const char *dn_auto_precision(const dn_model *model, const dn_kernels *kernels)
{
    const char *text = dn_model_quantisation(model), *chosen = "f32";
    json_t *record = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *halves = json_object_get(record, "bf16");
    if (is_fast(kernels->halves) && is_small(halves, "bf16"))
        chosen = "bf16";
    if (model->quantisation && is_fast(kernels->bytes) && is_small(record, "int8"))
        chosen = "int8";
    if (is_measured(record) || is_measured(halves))
        dn_log(DN_LOG_INFO, "precision auto: %s is taken", chosen);
    else
        dn_log(DN_LOG_WARNING, "precision auto: what bf16 and int8 cost was not recorded with the "
                               "network, as densenet quantize does with pictures: f32 is taken");
    json_decref(record);
    return chosen;
}
