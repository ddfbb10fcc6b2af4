/* SPDX-License-Identifier: MIT */
/* A batch norm of a channel as a line: (x - mean) / sqrt(variance + epsilon) * weight + bias is
 * scale * x + shift. */
#ifndef DN_NETWORK_NORM_LINE_H
#define DN_NETWORK_NORM_LINE_H

#include "network/model.h"

#include <math.h>

typedef struct dn_line {
    double scale, shift;
} dn_line;

/* Of a node that has a norm. */
static inline dn_line dn_norm_of(const dn_model *model, const dn_node *node, int channel)
{
    const float *const *tensors = model->tensors + node->norm;
    double weight = (double)tensors[0][channel], bias = (double)tensors[1][channel],
           mean = (double)tensors[2][channel], variance = (double)tensors[3][channel];
    double scale = weight / sqrt(variance + model->arch.bn_epsilon);
    return (dn_line){scale, bias - mean * scale};
}

#endif
