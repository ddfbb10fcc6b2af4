/* SPDX-License-Identifier: MIT */
/* What `densenet quantize` did, and what it costs. */
#ifndef TOOL_QUANTIZED_REPORT_H
#define TOOL_QUANTIZED_REPORT_H

#include "reports/layer_noise.h"
#include "run/calibration.h"

#include <string.h>

typedef struct quantized_report {
    const char *weights, *precision; /* "int8" or "bf16" */
    const char *method;
    double percentile;
    calibration data;
    int observed; /* pictures; 0: the norms' records stood for them */
    layer_noise noise;
    logits_distance halves; /* of bf16, when bytes are measured */
    char **kept;            /* names of layers */
    int kept_count;
    dn_dataset *test;     /* on which accuracy is measured; NULL: not */
    double before, after; /* top-1 accuracy, or mean AUROC of labels */
    int64_t samples;
    bool labels;
} quantized_report;

static inline bool quantized_to_bytes(const quantized_report *report)
{
    return strcmp(report->precision, "int8") == 0;
}

/* Compares both networks on some of the pictures, layer by layer, and their accuracy on labelled
 * data, if these are: quantized_measure.c. May be called again for another `model`. */
bool quantized_measure(quantized_report *report, const dn_model *exact, const dn_model *model);

/* Adds a copy of a name to the kept ones. */
bool quantized_add_kept(quantized_report *report, const char *name);

/* Records in the model what was measured, and prints it as JSON: quantized_record.c. */
bool quantized_record(const quantized_report *report, dn_model *model);
bool quantized_print_json(const quantized_report *report, const char *output);

/* For people, as text and as bars. `output` is the file that was written. */
bool quantized_print(const quantized_report *report, const char *output);
bool quantized_draw(const quantized_report *report, const char *path);
void quantized_report_free(quantized_report *report);

#endif
