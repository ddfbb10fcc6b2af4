/* SPDX-License-Identifier: MIT */
#ifndef DN_QUANTISE_READER_H
#define DN_QUANTISE_READER_H

#include "quantise/quantiser.h"

/* A convolution's input: its channels, and the range of the bytes that stand for it. */
typedef struct dn_reader {
    const dn_quantiser *q;
    const dn_node *node;
    dn_node_quantisation *numbers;
    dn_range_part *parts; /* of its channels */
    bool activated;       /* it reads nothing below 0 */
} dn_reader;

static inline size_t dn_weights_per_output(const dn_node *node)
{
    int kernel = dn_node_kernel(node);
    return (size_t)node->in * (size_t)(kernel * kernel);
}

/* The weights before they are rounded: outputs x channels x kernel x kernel. */
static inline const float *dn_exact_weights(const dn_reader *r)
{
    return r->q->exact + r->q->model->layout.slots[r->node->weight].offset;
}

/* Sets the weights' scales and the biases, and the model's weights to what whole numbers stand
 * for, once the input's scales are known. DN_ERROR_MEMORY. */
dn_status dn_round_weights(const dn_reader *reader);

/* Sets the model's weights to the exact ones, and their scales to 1. */
dn_status dn_keep_weights(const dn_reader *reader);

#endif
