/* SPDX-License-Identifier: MIT */
#include "reports/number_or_null.h"
#include "reports/quantized_report.h"
#include "ui/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

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
    if (!quantized_to_bytes(report))
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
