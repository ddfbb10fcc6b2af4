/* SPDX-License-Identifier: MIT */
/* What a network says of the picture files of a request. */
#ifndef ROUTES_PREDICTION_H
#define ROUTES_PREDICTION_H

#include "base/text.h"
#include "http/exchange.h"
#include "networks/picture.h"
#include "routes/uploads.h"

/* What one request computes with. */
typedef struct prediction {
    exchange *x;
    const network *network;
    dn_session *session;
    int top; /* answers per picture; 0: all */
    picture_reading reading;
    float *logits;      /* room for one per class */
    dn_answer *answers; /* likewise */
    int answered;       /* pictures */
    dn_text text;       /* of the reply */
    dn_status status;   /* of the last picture without an answer */
    char *last_fault;
} prediction;

/* Computes one file, and leaves probabilities in p->logits. The caller releases *made with
 * picture_free. */
dn_status prediction_compute(prediction *p, const upload *file, picture *made);

/* Answers p->x with what all the files show, as JSON. */
void prediction_answer(prediction *p, const uploads *files);

#endif
