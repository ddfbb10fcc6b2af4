/* SPDX-License-Identifier: MIT */
/* A network's answer for a picture, as text, JSON lines or CSV. */
#ifndef TOOL_PREDICTIONS_H
#define TOOL_PREDICTIONS_H

#include "densenet.h"

#include <stdio.h>

typedef enum prediction_format {
    PREDICTION_TEXT,
    PREDICTION_JSON,
    PREDICTION_CSV
} prediction_format;

/* False for answers from damaged weights or for a damaged picture. */
bool all_finite(const float *values, size_t count);

/* checks: whether predictions_print will be given fits. */
void predictions_begin(prediction_format format, bool checks);

/* What is known of an answer besides. */
typedef struct prediction_facts {
    const char *precision;   /* in which it was computed */
    const char *heat;        /* the file of the heat map, or NULL */
    const dn_input_fit *fit; /* how the picture fits the network, or NULL */
} prediction_facts;

void predictions_print(FILE *stream, prediction_format format, const dn_model *model,
                       const char *picture, const dn_answer *ranked, int count,
                       const prediction_facts *facts);

/* The same for a picture without an answer; text has none, its sentence is on standard error. */
void predictions_print_fault(FILE *stream, prediction_format format, const char *picture,
                             const char *fault, bool checks);

#endif
