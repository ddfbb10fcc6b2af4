/* SPDX-License-Identifier: MIT */
/* The end of a stem that blurs: 3x3 maxima at every pixel, then the filter [1 2 1] x [1 2 1] / 16
 * at every other one, of maps that are reflected at their edges (Zhang, 2019, "Making
 * Convolutional Networks Shift-Invariant Again"). Few networks have it: plain C for every
 * processor. */
#ifndef DN_KERNELS_BLUR_POOL_H
#define DN_KERNELS_BLUR_POOL_H

#include "kernels/kernels.h"

typedef struct dn_blur_pool {
    dn_grid input, output; /* of 2x2 pixels or more; half of it, rounded up */
    int channels;
    dn_dtype maps;
    dn_affine affine; /* ReLU after it comes first; scale NULL: the input is activated already */
} dn_blur_pool;

/* A task makes some channels of one output row. */
int dn_blur_pool_tasks(const dn_blur_pool *op);
void dn_blur_pool_run(const dn_blur_pool *op, int task);

/* The gradient of one image with respect to the activated input, into `out`, whose rows are that
 * image's pixels: a maximum passes its share on to the first of its largest pixels. */
void dn_blur_pool_spread(const dn_blur_pool *op, int image, const dn_grid *gradient, dn_grid *out);

#endif
