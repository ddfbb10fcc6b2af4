/* SPDX-License-Identifier: MIT */
/* The answers of a network for a list of pictures, in their order. predictor.c answers a batch;
 * answer_rounds.c all of them, alone or with other processes. */
#ifndef TOOL_PREDICTOR_H
#define TOOL_PREDICTOR_H

#include "base/text.h"
#include "drawing/heat_folder.h"
#include "files/picture_list.h"
#include "reports/predictions.h"

enum { PREDICTOR_MOST = 4096 }; /* pictures per run */

typedef struct predictor_counts {
    int64_t unread;        /* pictures that were reported */
    int64_t unanswered;    /* pictures for which the network gives no numbers */
    int64_t turned, faint; /* as in picture_notices */
} predictor_counts;

typedef struct predictor {
    const dn_model *model;
    dn_session *session;
    dn_input_check *check; /* NULL: none asked for */
    dn_preprocess preprocess;
    heat_folder *heat; /* NULL: none asked for */
    int class;         /* of the maps; -1: the most probable */
    int most;          /* outputs to name; 0: all */
    int batch;         /* pictures per run */
    prediction_format format;
    FILE *out;      /* of the answers */
    dn_text *cells; /* of the heat maps, for another process; NULL: none of them */
    void *input;    /* bytes or floats */
    size_t input_bytes;
    picture_tensor *tensors; /* of a batch */
    float *logits;
    dn_answer *ranked;
    predictor_counts counts;
} predictor;

size_t predictor_batches(const predictor *p, const picture_list *list);

/* Prints the answers of a batch to `out`; a picture without one is reported and counted. Complains
 * and returns false if it cannot go on. */
bool predictor_answer(predictor *p, const picture_list *list, size_t batch);

/* Prints all answers, or if there are other processes, those of all in the first; `counts` are then
 * of all. Complains and returns false if one of them could not go on. */
bool predictor_run(predictor *p, const picture_list *list);

#endif
