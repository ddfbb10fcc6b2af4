/* SPDX-License-Identifier: MIT */
/* The JSON array of a tensor: its elements in order, without a tree of values. */
#ifndef PROTOCOL_JSON_TENSOR_H
#define PROTOCOL_JSON_TENSOR_H

#include "protocol/infer_request.h"

typedef struct json_tensor {
    const char *at, *end; /* in the text */
    const infer_input *input;
    size_t index; /* of the element that is next */

    /* Reads the element that begins at `at`, and moves `at` after it. */
    dn_status (*element)(struct json_tensor *reader);
    void *target;
} json_tensor;

/* Calls element for each of input->elements. Fails if the array is neither flat nor nested as the
 * shape says. */
dn_status json_tensor_read(const infer_input *input, void *target,
                           dn_status (*element)(json_tensor *reader));

#endif
