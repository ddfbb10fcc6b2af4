/* SPDX-License-Identifier: MIT */
/* A request of the Open Inference Protocol: what its JSON says of tensors, and where in the body
 * they are. Nothing here knows which network is asked. */
#ifndef PROTOCOL_INFER_REQUEST_H
#define PROTOCOL_INFER_REQUEST_H

#include "protocol/skeleton.h"
#include "protocol/tensor_type.h"

#include <stdint.h>

enum { TENSOR_MOST_DIMS = 8, INFER_MOST_OUTPUTS = 16 };

typedef enum tensor_form {
    TENSOR_JSON,   /* an array, flat or nested as the shape says */
    TENSOR_BINARY, /* elements one after the other, little-endian; of BYTES each after its length
                      in four bytes */
    TENSOR_RAW     /* the whole body, without a description */
} tensor_form;

typedef struct infer_input {
    const char *name;
    tensor_type type;
    int rank;
    size_t dims[TENSOR_MOST_DIMS], elements;
    tensor_form form;
    bool base64;               /* strings of JSON are, as "content_type": "base64" says */
    const unsigned char *data; /* in the body */
    size_t size;
} infer_input;

typedef struct infer_output {
    const char *name;
    bool binary;
    size_t top; /* of its classification; 0: the values are asked for */
} infer_output;

typedef struct infer_request {
    const char *id;      /* NULL: none */
    uint64_t timeout_us; /* 0: none */
    bool binary_output;  /* of outputs that do not say so themselves */
    infer_input inputs[SKELETON_MOST_INPUTS];
    int input_count;
    infer_output outputs[INFER_MOST_OUTPUTS];
    int output_count; /* 0: those that the network has */
    skeleton skeleton;
} infer_request;

/* header_length: what the header Inference-Header-Content-Length says; NULL: it is not there, and
 * all of the body is JSON. If it is 0 the body is one raw input, and only its data and size are
 * set. Sizes and shapes agree afterwards, except of JSON data, which are not read yet. The body
 * must outlive the request, which infer_request_free releases. */
dn_status infer_request_read(const void *body, size_t size, const char *header_length,
                             infer_request *read);
void infer_request_free(infer_request *read);

#endif
