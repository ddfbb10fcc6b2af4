/* SPDX-License-Identifier: MIT */
#include "net/card.h"

#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

dn_concat dn_card_concat(const dn_tensor_file *file, dn_card_doubts *doubts)
{
    const char *text = dn_card_text(file, "densenet.concat");
    if (text && strcmp(text, "first") == 0)
        return DN_CONCAT_FIRST;
    if (text && strcmp(text, "last") == 0)
        return DN_CONCAT_LAST;
    if (text)
        dn_card_doubt(doubts, file, "densenet.concat", "first or last is expected");
    return DN_CONCAT_AUTO;
}

/* A JSON array of as many items as the network has outputs; NULL where the card
 * has no such entry. */
static dn_status read_array(const dn_tensor_file *file, const char *key, const dn_model *model,
                            json_t **array)
{
    const char *text = dn_card_text(file, key);
    *array = NULL;
    if (!text)
        return DN_OK;
    dn_status status = dn_json_parse(text, strlen(text), key, array);
    if (status != DN_OK)
        return dn_fail_within(status, file->name);
    if (json_is_array(*array) && json_array_size(*array) == (size_t)model->arch.classes)
        return DN_OK;
    json_decref(*array);
    return dn_fail(DN_ERROR_FORMAT, "%s: %s in its metadata is no list of %d items", file->name,
                   key, model->arch.classes);
}

static dn_status read_labels(const dn_tensor_file *file, dn_model *model)
{
    json_t *array;
    DN_TRY(read_array(file, "densenet.labels", model, &array));
    if (!array)
        return DN_OK;
    const char **labels;
    dn_status status = dn_calloc((size_t)model->arch.classes, sizeof *labels, &labels);
    if (status != DN_OK) {
        json_decref(array);
        return status;
    }
    for (int i = 0; i < model->arch.classes; i++) {
        labels[i] = json_string_value(json_array_get(array, (size_t)i));
        if (!labels[i])
            labels[i] = "";
    }
    status = dn_model_set_labels(model, labels, model->arch.classes);
    free(labels);
    json_decref(array);
    return status;
}

static dn_status read_thresholds(const dn_tensor_file *file, dn_model *model)
{
    json_t *array;
    DN_TRY(read_array(file, "densenet.thresholds", model, &array));
    if (!array)
        return DN_OK;
    dn_status status =
        dn_alloc_aligned((size_t)model->arch.classes, sizeof(float), &model->thresholds);
    for (int i = 0; status == DN_OK && i < model->arch.classes; i++) {
        const json_t *item = json_array_get(array, (size_t)i);
        model->thresholds[i] = json_is_number(item) ? (float)json_number_value(item) : NAN;
    }
    json_decref(array);
    return status;
}

static void read_task(const dn_tensor_file *file, dn_model *model, dn_card_doubts *doubts)
{
    const char *task = dn_card_text(file, "densenet.task");
    if (task && strcmp(task, "labels") == 0)
        model->task = DN_TASK_LABELS;
    else if (task && strcmp(task, "classes") != 0)
        dn_card_doubt(doubts, file, "densenet.task", "classes or labels is expected");
}

static void read_preprocess(const dn_tensor_file *file, dn_model *model, dn_card_doubts *doubts)
{
    const char *text = dn_card_text(file, "densenet.preprocess");
    if (!text)
        return;
    bool sound = dn_preprocess_parse(text, &model->preprocess) == DN_OK;
    model->has_preprocess = sound && model->preprocess.channels == model->arch.channels;
    if (!model->has_preprocess)
        dn_card_doubt(doubts, file, "densenet.preprocess",
                      sound ? "with other channels than the network takes" : "no pipeline");
}

dn_status dn_card_read(const dn_tensor_file *file, dn_model *model, dn_card_doubts *doubts)
{
    read_task(file, model, doubts);
    read_preprocess(file, model, doubts);
    DN_TRY(read_labels(file, model));
    return read_thresholds(file, model);
}
