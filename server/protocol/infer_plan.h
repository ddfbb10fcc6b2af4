/* SPDX-License-Identifier: MIT */
/* What a request asks of a network. */
#ifndef PROTOCOL_INFER_PLAN_H
#define PROTOCOL_INFER_PLAN_H

#include "protocol/infer_request.h"
#include "protocol/model_facts.h"

typedef struct infer_plan {
    infer_input input;        /* of a raw request: described as what it is */
    bool has_files;           /* BYTES: each element is a picture file. Else a tensor of floats */
    int batch, height, width; /* of has_files, the batch alone */
    infer_output outputs[2];  /* each by the name MODEL_OUTPUT or MODEL_PROBABILITIES */
    int output_count;
} infer_plan;

/* Fails if the network has no such input or output, or the tensor has not its shape. */
dn_status infer_plan_make(const infer_request *request, const model_facts *model, infer_plan *plan);

#endif
