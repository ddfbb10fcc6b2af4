/* SPDX-License-Identifier: MIT */
/* A network's answer for a picture, as text, JSON lines or CSV. */
#ifndef TOOL_PREDICTIONS_H
#define TOOL_PREDICTIONS_H

#include "densenet.h"

typedef enum prediction_format {
    PREDICTION_TEXT,
    PREDICTION_JSON,
    PREDICTION_CSV
} prediction_format;

typedef struct prediction {
    int output, rank; /* rank by probability, from 1 */
    float probability;
    bool untrained; /* the output has no operating point, and its probability no meaning */
} prediction;

/* False for answers from damaged weights or for a damaged picture. */
bool all_finite(const float *values, size_t count);

/* The answer for a picture: the `most` most probable outputs, the highest first; 0:
 * all in the network's order. Labels that were never trained are skipped. Returns the
 * count; ranked has room for all outputs. */
int predictions_rank(const dn_model *model, const float *probabilities, int most,
                     prediction *ranked);

/* Index of the most probable. */
int predictions_strongest(const prediction *ranked, int count);

/* The output's label. Without one its number, or "yes" if it is the only output; NULL for a
 * label that was never trained. */
const char *prediction_label(const dn_model *model, int output);

/* Whether it is one of labels with operating points, and has none. */
bool prediction_untrained(const dn_model *model, int output);

/* checks: whether predictions_print will be given fits. */
void predictions_begin(prediction_format format, bool checks);

/* What is known of an answer besides. */
typedef struct prediction_facts {
    const char *precision;   /* in which it was computed */
    const char *heat;        /* the file of the heat map, or NULL */
    const dn_input_fit *fit; /* how the picture fits the network, or NULL */
} prediction_facts;

void predictions_print(prediction_format format, const dn_model *model, const char *picture,
                       const prediction *ranked, int count, const prediction_facts *facts);

/* The same for a picture without an answer; text has none, its sentence is on standard error. */
void predictions_print_fault(prediction_format format, const char *picture, const char *fault,
                             bool checks);

#endif
