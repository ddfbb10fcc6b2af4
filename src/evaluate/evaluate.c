/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "base/sized_options.h"
#include "base/text.h"
#include "evaluate/evaluator.h"
#include "image/preprocess.h"
#include "inference/session.h"

#include <math.h>
#include <stdlib.h>

static dn_status check_shapes(const dn_evaluator *e, const dn_arch *arch, const dn_dataset *dataset)
{
    const dn_evaluate_options *options = &e->options;
    bool labels = dn_dataset_objective(dataset) == DN_OBJECTIVE_LABELS;
    if (dn_dataset_outputs(dataset) != e->outputs)
        return dn_fail(DN_ERROR_MISMATCH, "%s: has %d %s%s, the network has %d output%s",
                       dn_dataset_source(dataset), dn_dataset_outputs(dataset),
                       labels ? "label" : "class",
                       dn_dataset_outputs(dataset) == 1 ? ""
                       : labels                         ? "s"
                                                        : "es",
                       arch->classes, dn_plural(arch->classes));
    if (options->preprocess.channels != arch->channels)
        return dn_fail(DN_ERROR_MISMATCH,
                       "preprocessing to %d channel%s for a network that takes %d",
                       options->preprocess.channels, options->preprocess.channels == 1 ? "" : "s",
                       arch->channels);
    if (options->size == 0)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "preprocessing leaves each picture its own shape: a size to evaluate at, or "
                       "a crop, is needed");
    return DN_OK;
}

void dn_evaluate_defaults(dn_evaluate_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &(dn_evaluate_options){0}, sizeof *options);
}

static dn_status make_room(dn_evaluator *e)
{
    const dn_machines *machines = e->options.machines;
    size_t batch = (size_t)e->options.batch, line = DN_ALIGNMENT;
    e->bytes = (dn_answered_bytes(e->options.batch, e->outputs) + line - 1) / line * line;
    if (machines)
        DN_TRY(dn_calloc(1, e->bytes, &e->own));
    DN_TRY(dn_calloc(machines ? (size_t)machines->count : 1, e->bytes, &e->all));
    DN_TRY(dn_calloc(batch, sizeof *e->classes, &e->classes));
    return dn_calloc(batch * (size_t)e->outputs, sizeof *e->targets, &e->targets);
}

static dn_status open_evaluator(dn_evaluator *e, const dn_model *model, const dn_dataset *dataset)
{
    dn_evaluate_options *options = &e->options;
    e->model = model;
    e->dataset = dataset;
    e->objective = dn_dataset_objective(dataset);
    e->yes_no = e->objective == DN_OBJECTIVE_CLASSES && dn_model_arch(model)->classes == 1 &&
                dn_dataset_outputs(dataset) == 2;
    e->outputs = e->yes_no ? 2 : dn_model_arch(model)->classes;
    if (!options->batch)
        options->batch = 16;
    if (!options->preprocess.channels)
        dn_model_preprocess(model, &options->preprocess);
    if (!options->size)
        dn_preprocess_fixed_size(&options->preprocess, &options->width, &options->size);
    if (!options->width)
        options->width = options->size;
    DN_TRY(check_shapes(e, dn_model_arch(model), dataset));
    dn_loader_options loading = {
        .struct_size = sizeof loading,
        .batch = options->batch,
        .size = options->size,
        .threads = options->threads,
        .preprocess = options->preprocess,
        .width = options->width,
    };
    DN_TRY(dn_loader_create(dataset, &loading, &e->loader));
    const dn_session_options session = {.struct_size = sizeof session,
                                        .threads = options->threads,
                                        .precision = options->precision};
    DN_TRY(dn_session_create(model, &session, &e->session));
    DN_TRY(dn_metrics_create(e->objective, e->outputs, &e->metrics));
    return make_room(e);
}

static void close_evaluator(dn_evaluator *e)
{
    dn_loader_free(e->loader);
    dn_session_free(e->session);
    dn_metrics_free(e->metrics);
    free(e->own);
    free(e->all);
    free(e->classes);
    free(e->targets);
}

/* Each output's figures, and the mean AUROC of those that have one. */
static dn_status take_results(const dn_evaluator *e, dn_evaluation *made)
{
    double sum = 0;
    for (int i = 0; i < e->outputs; i++) {
        dn_output_result *result = &made->results[i];
        *result = dn_metrics_output(e->metrics, i);
        if (e->objective == DN_OBJECTIVE_LABELS)
            DN_TRY(dn_metrics_auroc(e->metrics, i, &result->auroc));
        if (!isnan(result->auroc)) {
            sum += result->auroc;
            made->ranked++;
        }
    }
    made->auroc = made->ranked ? sum / made->ranked : NAN;
    return DN_OK;
}

static dn_status fill_evaluation(const dn_evaluator *e, dn_evaluation *made)
{
    const dn_metrics *metrics = e->metrics;
    bool classes = e->objective == DN_OBJECTIVE_CLASSES;
    double samples = (double)metrics->samples;
    made->precision = dn_session_precision(e->session);
    made->samples = metrics->samples;
    made->skipped = e->skipped;
    made->not_numbers = metrics->not_numbers;
    made->turned = e->turned;
    made->faint = e->faint;
    made->loss = e->weight > 0 ? e->loss / e->weight : NAN;
    made->top1 = classes && metrics->samples ? (double)metrics->top1 / samples : NAN;
    made->top5 = classes && metrics->samples ? (double)metrics->top5 / samples : NAN;
    made->outputs = e->outputs;
    DN_TRY(dn_calloc((size_t)e->outputs, sizeof *made->results, &made->results));
    DN_TRY(take_results(e, made));
    if (!classes)
        return DN_OK;
    size_t cells = (size_t)e->outputs * (size_t)e->outputs;
    DN_TRY(dn_calloc(cells, sizeof *made->confusion, &made->confusion));
    for (size_t i = 0; i < cells; i++)
        made->confusion[i] = metrics->confusion[i];
    return DN_OK;
}

static dn_status evaluate(dn_evaluator *e, const dn_model *model, const dn_dataset *dataset,
                          dn_evaluation *made)
{
    DN_TRY(open_evaluator(e, model, dataset));
    DN_TRY(dn_evaluate_batches(e, dn_dataset_count(dataset)));
    return fill_evaluation(e, made);
}

dn_status dn_evaluate(const dn_model *model, const dn_dataset *dataset,
                      const dn_evaluate_options *options, dn_evaluation **out)
{
    DN_NEED(model);
    DN_NEED(dataset);
    DN_NEED(out);
    dn_evaluator e = {0};
    dn_evaluation *made;
    DN_TRY(dn_read_options(options, &e.options, sizeof e.options));
    DN_TRY(dn_calloc(1, sizeof *made, &made));
    dn_status status = evaluate(&e, model, dataset, made);
    close_evaluator(&e);
    if (status != DN_OK) {
        dn_evaluation_free(made);
        return status;
    }
    *out = made;
    return DN_OK;
}

static dn_status plan(dn_evaluator *e, const dn_model *model, const dn_dataset *dataset,
                      size_t *bytes)
{
    DN_TRY(open_evaluator(e, model, dataset));
    const dn_evaluate_options *options = &e->options;
    DN_TRY(dn_session_plan(e->session, options->batch, options->size, options->width));
    *bytes = dn_session_bytes(e->session) + dn_loader_bytes(e->loader);
    return DN_OK;
}

dn_status dn_evaluate_plan(const dn_model *model, const dn_dataset *dataset,
                           const dn_evaluate_options *options, size_t *bytes)
{
    DN_NEED(model);
    DN_NEED(dataset);
    DN_NEED(bytes);
    dn_evaluator e = {0};
    DN_TRY(dn_read_options(options, &e.options, sizeof e.options));
    dn_status status = plan(&e, model, dataset, bytes);
    close_evaluator(&e);
    return status;
}

void dn_evaluation_free(dn_evaluation *evaluation)
{
    if (!evaluation)
        return;
    free(evaluation->results);
    free(evaluation->confusion);
    free(evaluation);
}
