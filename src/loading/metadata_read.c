/* SPDX-License-Identifier: MIT */
#include "loading/metadata.h"

#include "base/json.h"
#include "base/memory.h"
#include "loading/quantised.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

dn_concat dn_metadata_concat(const dn_tensor_file *file, dn_metadata_doubts *doubts)
{
    const char *text = dn_metadata_text(file, "densenet.concat");
    if (text && strcmp(text, "first") == 0)
        return DN_CONCAT_FIRST;
    if (text && strcmp(text, "last") == 0)
        return DN_CONCAT_LAST;
    if (text)
        dn_metadata_doubt(doubts, file, "densenet.concat", "first or last is expected");
    return DN_CONCAT_AUTO;
}

/* A JSON array of as many items as the network has outputs; NULL and a doubt if the
 * entry is something else, NULL if there is none. */
static dn_status read_array(const dn_tensor_file *file, const char *key, const dn_model *model,
                            dn_metadata_doubts *doubts, json_t **array)
{
    const char *text = dn_metadata_text(file, key);
    *array = NULL;
    if (!text)
        return DN_OK;
    dn_status status = dn_json_parse(text, strlen(text), key, &file->budget, array);
    if (status == DN_ERROR_MEMORY || status == DN_ERROR_LIMIT)
        return dn_fail_within(status, file->name);
    if (json_is_array(*array) && json_array_size(*array) == (size_t)model->arch.classes)
        return DN_OK;
    json_decref(*array);
    *array = NULL;
    dn_metadata_doubt(doubts, file, key, "a list with one item per output is expected");
    return DN_OK;
}

/* An output without a name has "" or null. */
static bool take_labels(const json_t *array, int count, const char **labels)
{
    for (int i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, (size_t)i);
        if (!json_is_string(item) && !json_is_null(item))
            return false;
        labels[i] = json_is_string(item) ? json_string_value(item) : "";
    }
    return true;
}

static dn_status read_labels(const dn_tensor_file *file, dn_model *model,
                             dn_metadata_doubts *doubts)
{
    json_t *array;
    DN_TRY(read_array(file, "densenet.labels", model, doubts, &array));
    if (!array)
        return DN_OK;
    const char **labels = NULL;
    dn_status status = dn_calloc((size_t)model->arch.classes, sizeof *labels, &labels);
    if (status == DN_OK && take_labels(array, model->arch.classes, labels))
        status = dn_model_set_labels(model, labels, model->arch.classes);
    else if (status == DN_OK)
        dn_metadata_doubt(doubts, file, "densenet.labels", "names are expected");
    free(labels);
    json_decref(array);
    return status;
}

/* An output without a threshold has null. */
static bool take_thresholds(const json_t *array, int count, float *thresholds)
{
    for (int i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, (size_t)i);
        thresholds[i] = json_is_number(item) ? (float)json_number_value(item) : NAN;
        if (!json_is_null(item) && !(thresholds[i] > 0 && thresholds[i] < 1))
            return false;
    }
    return true;
}

static dn_status read_thresholds(const dn_tensor_file *file, const char *key, dn_model *model,
                                 float **found, dn_metadata_doubts *doubts)
{
    json_t *array;
    float *thresholds;
    DN_TRY(read_array(file, key, model, doubts, &array));
    if (!array)
        return DN_OK;
    dn_status status = dn_alloc_aligned((size_t)model->arch.classes, sizeof(float), &thresholds);
    if (status == DN_OK && take_thresholds(array, model->arch.classes, thresholds)) {
        *found = thresholds;
    } else if (status == DN_OK) {
        free(thresholds);
        dn_metadata_doubt(doubts, file, key, "numbers between 0 and 1 are expected");
    }
    json_decref(array);
    return status;
}

static void read_task(const dn_tensor_file *file, dn_model *model, dn_metadata_doubts *doubts)
{
    const char *objective = dn_metadata_text(file, "densenet.task");
    if (objective && strcmp(objective, "labels") == 0)
        model->objective = DN_OBJECTIVE_LABELS;
    else if (objective && strcmp(objective, "classes") != 0)
        dn_metadata_doubt(doubts, file, "densenet.task", "classes or labels is expected");
}

static void read_temperature(const dn_tensor_file *file, dn_model *model,
                             dn_metadata_doubts *doubts)
{
    const char *text = dn_metadata_text(file, "densenet.temperature");
    double temperature;
    if (text && !(dn_metadata_real(text, &temperature) &&
                  dn_model_set_temperature(model, temperature) == DN_OK))
        dn_metadata_doubt(doubts, file, "densenet.temperature",
                          "a positive finite number is expected");
}

static void read_preprocess(const dn_tensor_file *file, dn_model *model, dn_metadata_doubts *doubts)
{
    const char *text = dn_metadata_text(file, "densenet.preprocess");
    if (!text)
        return;
    dn_preprocess *read = &model->preprocess;
    bool sound = dn_preprocess_parse(text, read) == DN_OK && read->channels && read->std[0] != 0;
    model->has_preprocess = sound && read->channels == model->arch.channels;
    if (!model->has_preprocess)
        dn_metadata_doubt(doubts, file, "densenet.preprocess",
                          sound ? "with other channels than the network takes" : "no pipeline");
}

static dn_status read_object(const dn_tensor_file *file, const char *key,
                             dn_status (*set)(dn_model *model, const char *json), dn_model *model,
                             dn_metadata_doubts *doubts)
{
    const char *text = dn_metadata_text(file, key);
    dn_status status = text ? set(model, text) : DN_OK;
    if (status == DN_ERROR_MEMORY)
        return dn_fail_within(status, file->name);
    if (status != DN_OK)
        dn_metadata_doubt(doubts, file, key, "a JSON object is expected");
    return DN_OK;
}

dn_status dn_metadata_read(const dn_tensor_file *file, dn_model *model, dn_metadata_doubts *doubts)
{
    read_task(file, model, doubts);
    read_temperature(file, model, doubts);
    read_preprocess(file, model, doubts);
    DN_TRY(read_labels(file, model, doubts));
    DN_TRY(read_object(file, "densenet.training", dn_model_set_training, model, doubts));
    DN_TRY(read_object(file, "densenet.precisions", dn_model_set_quantisation, model, doubts));
    DN_TRY(read_object(file, DN_QUANTISATION_KEY, dn_model_set_quantisation, model, doubts));
    DN_TRY(read_thresholds(file, "densenet.ppv80", model, &model->ppv80, doubts));
    return read_thresholds(file, "densenet.thresholds", model, &model->thresholds, doubts);
}
