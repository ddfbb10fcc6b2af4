/* SPDX-License-Identifier: MIT */
/* The answers of a network for a list of pictures, in their order. */
#ifndef TOOL_PREDICTOR_H
#define TOOL_PREDICTOR_H

#include "drawing/heat_folder.h"
#include "files/picture_list.h"
#include "reports/predictions.h"

enum { PREDICTOR_MOST = 4096 }; /* pictures per run */

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
    void *input; /* bytes or floats */
    size_t input_bytes;
    float *logits;
    dn_answer *ranked;
    int unread;     /* pictures that were reported */
    int unanswered; /* pictures for which the network gives no numbers */
} predictor;

/* Prints them; a picture without one is reported and counted. Complains and returns false if it
 * cannot go on. */
bool predictor_run(predictor *p, const picture_list *list);

#endif
