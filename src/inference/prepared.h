/* SPDX-License-Identifier: MIT */
/* A model's parameters as the kernels want them: batch norms as one multiply
 * and add, norm2 folded into conv1 and norm0 into the stem, weights in panels. */
#ifndef DN_INFERENCE_PREPARED_H
#define DN_INFERENCE_PREPARED_H

#include "kernels/kernels.h"
#include "network/model.h"

typedef struct dn_prepared_layer {
    dn_affine norm;
    dn_panels bottleneck; /* conv1 with norm2 folded in; outputs 0: a plain layer */
    const float *bottleneck_bias;
    dn_panels window;     /* the 3x3 convolution */
    size_t window_stride; /* between Winograd's matrices */
} dn_prepared_layer;

typedef struct dn_prepared_block {
    dn_prepared_layer *layers;
    dn_window_form form; /* of every layer's window */
    float *windows;      /* owned: the block's 3x3 weights */
    size_t window_bytes;
    dn_affine norm; /* of the transition, or the final one */
    dn_panels transition;
} dn_prepared_block;

typedef struct dn_prepared_conv {
    dn_panels panels;
    const float *bias; /* NULL where no norm follows; else ReLU follows too */
} dn_prepared_conv;

typedef struct dn_prepared {
    const dn_kernels *kernels;
    dn_prepared_conv stem[3];
    dn_prepared_block blocks[DN_MAX_BLOCKS];
    dn_panels head;
    const float *head_bias;
    float *storage; /* owned: all but the 3x3 weights */
    size_t bytes;   /* of all weights */
} dn_prepared;

dn_status dn_prepared_create(const dn_model *model, const dn_kernels *kernels, int threads,
                             dn_prepared **packed);
void dn_prepared_free(dn_prepared *packed);

/* Packs a block's 3x3 weights in this form, unless they already are. */
dn_status dn_prepared_set_form(dn_prepared *packed, const dn_model *model, int block,
                               dn_window_form form, int threads);

#endif
