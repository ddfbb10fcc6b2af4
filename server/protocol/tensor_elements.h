/* SPDX-License-Identifier: MIT */
/* The elements of an input of BYTES: files, most often. */
#ifndef PROTOCOL_TENSOR_ELEMENTS_H
#define PROTOCOL_TENSOR_ELEMENTS_H

#include "protocol/infer_request.h"

typedef struct tensor_element {
    const unsigned char *bytes;
    size_t size;
} tensor_element;

typedef struct tensor_elements {
    tensor_element *list;
    size_t count;
    unsigned char *owned; /* what strings of JSON hold; NULL: the elements are in the body */
} tensor_elements;

/* Fails if lengths do not add up, or strings are damaged. The caller releases what is owned with
 * tensor_elements_free. */
dn_status tensor_elements_read(const infer_input *input, tensor_elements *read);
void tensor_elements_free(tensor_elements *read);

#endif
