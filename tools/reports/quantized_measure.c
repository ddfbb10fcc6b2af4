/* SPDX-License-Identifier: MIT */
#include "arguments/threads.h"
#include "files/labelled.h"
#include "reports/quantized_report.h"
#include "run/match_outputs.h"
#include "run/session_open.h"
#include "ui/report.h"

/* Pictures whose inner tensors are compared. */
#define COMPARED 32

typedef struct comparison {
    quantized_report *report;
    layer_sessions sessions;
} comparison;

static bool compare(const float *input, int n, int height, int width, void *context)
{
    comparison *c = context;
    return layer_noise_add(&c->report->noise, &c->sessions, &c->report->halves, input, n, height,
                           width);
}

/* Of bytes' weights, the logits of bf16 too. */
static bool measure_layers(quantized_report *report, const dn_model *exact, const dn_model *model)
{
    comparison c = {.report = report, .sessions.classes = dn_model_arch(model)->classes};
    layer_noise_free(&report->noise);
    report->noise = (layer_noise){.labels = dn_model_objective(exact) == DN_OBJECTIVE_LABELS};
    report->halves = (logits_distance){0};
    bool sound = session_open_as(exact, threads_asked(), "f32", &c.sessions.exact) &&
                 session_open_as(model, threads_asked(), report->precision, &c.sessions.rounded) &&
                 (!quantized_to_bytes(report) ||
                  session_open_as(model, threads_asked(), "bf16", &c.sessions.halves)) &&
                 calibration_each(&report->data, COMPARED, "compared", compare, &c) > 0;
    dn_session_free(c.sessions.exact);
    dn_session_free(c.sessions.rounded);
    dn_session_free(c.sessions.halves);
    if (sound)
        layer_noise_sort(&report->noise);
    return sound;
}

static void show_progress(int64_t done, int64_t total, void *context)
{
    (void)context;
    progress("measured %lld of %lld pictures", (long long)done, (long long)total);
}

static bool evaluate(const quantized_report *report, const dn_model *model, const char *precision,
                     double *figure, int64_t *samples)
{
    dn_evaluate_options options;
    dn_evaluation *evaluation;
    dn_evaluate_defaults(&options, sizeof options);
    options.threads = threads_asked();
    options.precision = precision;
    options.preprocess = report->data.preprocess;
    options.progress = show_progress;
    dn_status status = dn_evaluate(model, report->test, &options, &evaluation);
    progress_end();
    if (!ok_or_complain(status))
        return false;
    *figure = report->labels ? evaluation->auroc : evaluation->top1;
    *samples = evaluation->samples;
    dn_evaluation_free(evaluation);
    return true;
}

/* The part for tests of labelled data, with the network's outputs; false if there is none. */
static bool open_test(quantized_report *report, const dn_model *model)
{
    bool labels = dn_model_objective(model) == DN_OBJECTIVE_LABELS; /* classes may be a guess */
    const labelled_request request = {
        .portion = DN_PORTION_TEST, .quiet = true, .task = labels ? "labels" : NULL};
    if (report->test)
        return true;
    if (!report->data.labelled || dn_model_arch(model)->classes == 0 ||
        !labelled_open(report->data.path, &request, &report->test))
        return false;
    if (outputs_match(report->weights, model, report->test)) {
        report->labels = dn_dataset_objective(report->test) == DN_OBJECTIVE_LABELS;
        return true;
    }
    complain("%s: accuracy is not measured on it", report->data.path);
    dn_dataset_free(report->test);
    report->test = NULL;
    return false;
}

bool quantized_measure(quantized_report *report, const dn_model *exact, const dn_model *model)
{
    int64_t samples;
    bool first = !report->test;
    if (!measure_layers(report, exact, model))
        return false;
    if (!open_test(report, exact))
        return true;
    return (!first || evaluate(report, exact, "f32", &report->before, &samples)) &&
           evaluate(report, model, report->precision, &report->after, &report->samples);
}
