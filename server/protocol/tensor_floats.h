/* SPDX-License-Identifier: MIT */
/* The numbers of an input, as float. */
#ifndef PROTOCOL_TENSOR_FLOATS_H
#define PROTOCOL_TENSOR_FLOATS_H

#include "protocol/infer_request.h"

typedef struct tensor_floats {
    const float *values;
    float *owned; /* NULL: the values are those of the body */
} tensor_floats;

/* Whether tensor_floats_read takes this type: FP64, FP32, and FP16 and BF16 as binary data. */
bool tensor_floats_has(const infer_input *input);

/* FP64 and numbers of JSON are rounded to nearest. The caller releases what is owned with
 * tensor_floats_free.
 */
dn_status tensor_floats_read(const infer_input *input, tensor_floats *read);
void tensor_floats_free(tensor_floats *read);

#endif
