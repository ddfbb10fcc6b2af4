/* SPDX-License-Identifier: MIT */
#include "loading/build_model.h"

#include "loading/copy_tensors.h"
#include "loading/fold_biases.h"
#include "loading/function.h"
#include "loading/graph_network.h"
#include "loading/keras/keras.h"
#include "loading/leftovers.h"
#include "loading/other_metadata.h"
#include "loading/temperature.h"
#include "network/head.h"

#include <stdlib.h>
#include <string.h>

/* timm's densenetblur121d has the tensors of densenet121 with a deep stem, and none for its blur;
 * and maxima, or half the sum of these and means, leave as many numbers as means alone: only a
 * filter kept in the file, a config.json beside it, or the name of the file or its folder can say
 * so. */
static void ask_names(dn_load_job *l, bool *blurs)
{
    const dn_hub_function says = dn_hub_function_of(l->beside.json[DN_BESIDE_CONFIG]);
    bool named = says.blurs || strstr(l->file->name, "densenetblur");
    *blurs = l->filter || (named && dn_may_blur(&l->arch));
    dn_head *head = &l->arch.head;
    bool fits = dn_pool_doubles(says.pool) ? l->head.assumed && dn_pool_doubles(head->pool)
                                           : head->pool == DN_POOL_MEAN;
    if (says.pools && fits && l->arch.classes > 0 && !l->metadata && !l->file->operators) {
        head->pool = says.pool;
        l->head.assumed = l->head.assumed && !dn_pool_doubles(says.pool);
    }
}

static dn_status fold_biases(const dn_load_job *l, dn_model *model)
{
    bool folded;
    DN_TRY(dn_fold_biases(model, l->biases, &folded));
    if (folded)
        dn_note_derived(&model->origin,
                        "biases of convolutions were subtracted from running means");
    return DN_OK;
}

/* What the file does not say, a hub's files beside it may. */
static dn_status read_beside(dn_load_job *l, dn_model *model)
{
    dn_objective recorded = model->objective;
    for (int kind = 0; kind < DN_BESIDE_COUNT; kind++) {
        const char *doubt;
        dn_status status = dn_beside_read(&l->beside, kind, model, &doubt);
        if (status != DN_OK)
            return dn_fail_within(status, l->file->name);
        if (doubt[0])
            dn_load_warn(l, "%s", doubt);
    }
    if (l->metadata)
        model->objective = recorded;
    return DN_OK;
}

/* Layers under Keras' names may be another framework's. */
static bool has_keras_parts(const dn_load_job *l)
{
    bool found = false;
    for (int i = 0; i < l->layout.count && !found; i++)
        found = strstr(l->sources[i]->name, "moving_variance") != NULL;
    return found && (dn_is_keras_file(l->file) ||
                     strcmp(l->origin.dialect, dn_dialect_name(DN_DIALECT_KERAS)) == 0);
}

/* Keras flattens maps pixel by pixel, and its next layer reads them so. */
static dn_status refuse_flattened(const dn_load_job *l)
{
    if (l->metadata || !dn_is_keras_file(l->file) || l->arch.head.pool != DN_POOL_GRID)
        return DN_OK;
    return dn_fail(DN_ERROR_MISMATCH,
                   "%s: its head reads maps that Keras flattened, pixel by pixel, which is not "
                   "supported",
                   l->file->name);
}

/* Metadata that describes the network says all of it. */
static dn_status read_metadata(dn_load_job *l, dn_model *model)
{
    if (l->metadata)
        return dn_metadata_read(l->file, model, &l->doubts);
    dn_warn_of_head(l, &model->arch);
    if (l->head.tells_objective)
        model->objective = l->head.objective;
    if (dn_metadata_exists(l->file))
        return DN_OK;
    DN_TRY(dn_other_metadata_read(l->file, model));
    dn_keras_read_pipeline(l->file, model);
    if (dn_other_points_left(l->file, model))
        dn_load_warn(l, "its op_threshs are not one number per output, and are not applied");
    return DN_OK;
}

static dn_status find_function(dn_load_job *l, dn_model *model)
{
    dn_text doubts = {0};
    dn_function_question question = {l->file, l->sources, &l->options, NULL, l->blurs};
    question.recorded = l->file->operators ? "graph" : l->metadata ? "metadata" : NULL;
    dn_status status = dn_find_function(&question, model, &doubts);
    if (status == DN_OK && doubts.failed)
        status = dn_fail(DN_ERROR_MEMORY, "out of memory");
    if (status == DN_OK && doubts.length)
        dn_load_warn(l, "%s", doubts.data);
    dn_text_drop(&doubts);
    return status == DN_OK ? DN_OK : dn_fail_within(status, l->file->name);
}

/* Names that were cut to fit a sentence may end within a character, which JSON cannot hold. */
static dn_status keep_warning(dn_load_job *l, dn_model *model)
{
    char *text = NULL;
    DN_TRY(dn_text_take(&l->warning, &text));
    model->warning = dn_utf8_repair(text);
    size_t bytes = strlen(text) + 1;
    free(text);
    return model->warning ? DN_OK : dn_fail_memory(bytes);
}

dn_status dn_build_model(dn_load_job *l, dn_model **out)
{
    DN_TRY(refuse_flattened(l));
    if (!l->metadata && has_keras_parts(l))
        l->arch.bn_epsilon = 1.001e-5; /* of keras.applications, which no file says */
    ask_names(l, &l->blurs);
    dn_model *model;
    DN_TRY(dn_model_create(&l->arch, false, &model));
    model->origin = l->origin;
    bool borrowed = false;
    dn_status status = dn_copy_tensors(model, l->sources, l->concat, &borrowed);
    if (status == DN_OK)
        status = fold_biases(l, model);
    if (status == DN_OK)
        status = find_function(l, model);
    if (status == DN_OK && !l->file->operators)
        status = dn_warn_of_leftovers(l);
    if (status == DN_OK && l->file->operators)
        dn_graph_describe(l, model);
    if (status == DN_OK)
        status = read_metadata(l, model);
    if (status == DN_OK)
        status = dn_temperature_find(l->file, l->sources[0]->name, &model->temperature);
    if (status == DN_OK && l->metadata)
        status = dn_read_quantisation(l->file, &l->quantised, model);
    if (status == DN_OK)
        status = read_beside(l, model);
    if (status == DN_OK && l->options.task)
        model->objective =
            strcmp(l->options.task, "labels") == 0 ? DN_OBJECTIVE_LABELS : DN_OBJECTIVE_CLASSES;
    if (status == DN_OK)
        dn_warn_of_task(l, model);
    if (status == DN_OK && l->doubts.text[0])
        dn_load_warn(l, "%s%s", l->doubts.text, l->metadata ? "" : "; its metadata was ignored");
    if (status == DN_OK)
        dn_warn_of_values(l, model);
    if (status == DN_OK && (l->warning.length || l->warning.failed))
        status = keep_warning(l, model);
    if (status != DN_OK) {
        dn_model_free(model);
        return status;
    }
    if (borrowed) {
        model->file = l->file;
        l->file = NULL;
        dn_model_forget_pages(model);
    }
    *out = model;
    return DN_OK;
}
