/* SPDX-License-Identifier: MIT */
#include "reports/quantized_report.h"

#include "arguments/threads.h"
#include "base/text.h"
#include "drawing/noise_bars.h"
#include "files/labelled.h"
#include "reports/number_or_null.h"
#include "run/match_outputs.h"
#include "run/session_open.h"
#include "ui/report.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Pictures whose inner tensors are compared. */
#define COMPARED 32

/* Layers that are printed. */
#define WORST 10

static bool of_bytes(const quantized_report *report)
{
    return strcmp(report->precision, "int8") == 0;
}

/* ---- measuring ---- */

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
                 (!of_bytes(report) ||
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
    const labelled_request request = {.portion = DN_PORTION_TEST, .quiet = true};
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

bool quantized_add_kept(quantized_report *report, const char *name)
{
    char **grown = realloc(report->kept, ((size_t)report->kept_count + 1) * sizeof *grown);
    if (grown)
        report->kept = grown;
    char *copy = grown ? strdup(name) : NULL;
    if (!copy)
        return complain("out of memory");
    report->kept[report->kept_count++] = copy;
    return true;
}

void quantized_report_free(quantized_report *report)
{
    for (int i = 0; i < report->kept_count; i++)
        free(report->kept[i]);
    free(report->kept);
    layer_noise_free(&report->noise);
    dn_dataset_free(report->test);
    calibration_close(&report->data);
}

/* ---- what was measured, as JSON ---- */

static json_t *kept_names(const quantized_report *report)
{
    json_t *names = json_array();
    for (int i = 0; i < report->kept_count; i++)
        json_array_append_new(names, json_string(report->kept[i]));
    return names;
}

static json_t *distance_of(const logits_distance *distance)
{
    return json_pack("{s:o, s:o}", "logits_error", number_or_null(logits_distance_error(distance)),
                     "agree", number_or_null(logits_distance_agree(distance)));
}

/* What the precision costs. */
static json_t *cost_of(const quantized_report *report)
{
    json_t *cost = json_object();
    if (report->noise.pictures && report->noise.logits.count > 0) {
        json_t *distance = distance_of(&report->noise.logits);
        json_object_set_new(cost, "compared", json_integer(report->noise.pictures));
        json_object_update(cost, distance);
        json_decref(distance);
    }
    if (report->test) {
        const char *figure = report->labels ? "auroc" : "top1";
        json_object_set_new(cost, "samples", json_integer(report->samples));
        json_object_set_new(cost, figure,
                            json_pack("{s:o, s:o}", "f32", number_or_null(report->before),
                                      report->precision, number_or_null(report->after)));
    }
    return cost;
}

/* What is recorded in the weights, too. */
static json_t *record_of(const quantized_report *report)
{
    if (!of_bytes(report))
        return json_pack("{s:o}", "bf16", cost_of(report));
    json_t *record = json_pack("{s:s, s:i, s:o}", "method", report->method, "pictures",
                               report->observed, "kept", kept_names(report));
    json_t *cost = cost_of(report);
    if (strcmp(report->method, "percentile") == 0)
        json_object_set_new(record, "percentile", json_real(report->percentile));
    json_object_update(record, cost);
    json_decref(cost);
    if (report->halves.count > 0)
        json_object_set_new(record, "bf16", distance_of(&report->halves));
    return record;
}

bool quantized_record(const quantized_report *report, dn_model *model)
{
    json_t *record = record_of(report);
    char *text = record ? json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    bool sound =
        text ? ok_or_complain(dn_model_set_quantisation(model, text)) : complain("out of memory");
    free(text);
    json_decref(record);
    return sound;
}

static double megabytes(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? (double)status.st_size / 1e6 : NAN;
}

bool quantized_print_json(const quantized_report *report, const char *output)
{
    json_t *record = record_of(report), *layers = json_array();
    for (size_t i = 0; i < report->noise.count; i++) {
        const noisy_layer *layer = &report->noise.layers[i];
        json_array_append_new(layers, json_pack("{s:s, s:o}", "name", layer->name, "snr_db",
                                                number_or_null(layer_noise_ratio(layer))));
    }
    json_object_set_new(record, "weights", json_string(report->weights));
    json_object_set_new(record, "output", json_string(output));
    json_object_set_new(record, "layers", layers);
    bool sound = record && json_dumpf(record, stdout, JSON_REAL_PRECISION(6)) == 0;
    putchar('\n');
    json_decref(record);
    return sound || complain("the report cannot be printed");
}

/* ---- for people ---- */

static const char *numbers_of(const quantized_report *report)
{
    return of_bytes(report) ? "bytes" : "bfloat16";
}

static void print_accuracy(const quantized_report *report)
{
    if (report->labels)
        printf("%lld pictures: mean AUROC %.4f in float32, %.4f in %s\n",
               (long long)report->samples, report->before, report->after, numbers_of(report));
    else
        printf("%lld pictures: %.2f%% named right in float32, %.2f%% in %s\n",
               (long long)report->samples, 100 * report->before, 100 * report->after,
               numbers_of(report));
}

static void print_layers(const quantized_report *report)
{
    const layer_noise *noise = &report->noise;
    printf("\n%-28s %s\n", "layer", "signal to noise, the worst first");
    for (size_t i = 0; i < noise->count && i < WORST; i++) {
        double ratio = layer_noise_ratio(&noise->layers[i]);
        if (isfinite(ratio))
            printf("%-28s %5.1f dB\n", noise->layers[i].name, ratio);
    }
    if (noise->count > WORST)
        printf("and %zu more\n", noise->count - WORST);
}

bool quantized_print(const quantized_report *report, const char *output)
{
    const layer_noise *noise = &report->noise;
    double before = megabytes(report->weights);
    print_escaped(stdout, output);
    printf(": %.1f MB", megabytes(output));
    if (isfinite(before)) /* the built-in network has no file */
        printf(", of %.1f MB", before);
    putchar('\n');
    if (report->observed)
        printf("%d picture%s observed\n", report->observed, dn_plural(report->observed));
    else if (of_bytes(report))
        printf("no pictures: ranges are those that the norms recorded\n");
    for (int i = 0; i < report->kept_count; i++)
        printf("%s%s%s", i ? ", " : "in floats: ", report->kept[i],
               i + 1 == report->kept_count ? "\n" : "");
    if (noise->pictures && noise->logits.count > 0)
        printf("%ld%s compared: logits' error %.1e, the same %s for %.1f%%\n", noise->pictures,
               report->observed ? " of them" : " pictures", logits_distance_error(&noise->logits),
               noise->labels ? "labels" : "class", 100 * logits_distance_agree(&noise->logits));
    if (report->test)
        print_accuracy(report);
    if (noise->count)
        print_layers(report);
    return true;
}

bool quantized_draw(const quantized_report *report, const char *path)
{
    char title[256];
    const char *name = strrchr(report->weights, '/');
    snprintf(title, sizeof title, "%.150s in %s: signal to noise of each layer",
             name ? name + 1 : report->weights, numbers_of(report));
    return noise_bars_write(&report->noise, title, path);
}
