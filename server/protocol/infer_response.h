/* SPDX-License-Identifier: MIT */
/* The answer to a request of the Open Inference Protocol. */
#ifndef PROTOCOL_INFER_RESPONSE_H
#define PROTOCOL_INFER_RESPONSE_H

#include "protocol/infer_request.h"
#include "protocol/model_facts.h"

typedef struct infer_answer {
    infer_output asked;
    const float *values; /* batch x classes */
} infer_answer;

typedef struct infer_response {
    char *bytes; /* JSON, and binary data after it; released with free() */
    size_t size;
    size_t header_size; /* of the JSON, for Inference-Header-Content-Length; 0: there is no more */
} infer_response;

/* id: the request's, or NULL. DN_ERROR_NUMERIC if values that JSON or a classification would hold
 * are not finite. */
dn_status infer_response_write(const model_facts *model, const char *id, int batch,
                               const infer_answer *answers, int count, infer_response *written);

#endif
