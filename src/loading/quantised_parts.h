/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_QUANTISED_PARTS_H
#define DN_LOADING_QUANTISED_PARTS_H

#include "network/quantisation.h"

#include <string.h>

/* A vector of a convolution's quantisation, with one number per output or per channel. */
typedef struct dn_quantised_part {
    const char *name;
    size_t offset; /* of its float * in dn_node_quantisation */
    bool per_channel, positive;
} dn_quantised_part;

#define DN_QUANTISED_VECTORS 5
static const dn_quantised_part dn_quantised_vectors[DN_QUANTISED_VECTORS] = {
    {"weight_scale", offsetof(dn_node_quantisation, weight_scale), false, true},
    {"bias_correction", offsetof(dn_node_quantisation, bias), false, false},
    {"output_scale", offsetof(dn_node_quantisation, scale), false, true},
    {"output_offset", offsetof(dn_node_quantisation, offset), false, false},
    {"input_scale", offsetof(dn_node_quantisation, input_scale), true, true},
};
#define DN_INPUT_ZERO "input_zero"

static inline float *dn_vector_of(const dn_node_quantisation *numbers,
                                  const dn_quantised_part *part)
{
    float *vector;
    memcpy(&vector, (const char *)numbers + part->offset, sizeof vector);
    return vector;
}

#endif
