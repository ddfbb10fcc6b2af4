/* SPDX-License-Identifier: MIT */
/* The operations of heads that few networks have, and that take next to no time: plain C
 * for every processor. */
#ifndef DN_KERNELS_VECTORS_H
#define DN_KERNELS_VECTORS_H

#include "kernels/gradient.h"
#include "kernels/kernels.h"

#include "densenet.h"

/* From maps to vectors, as dn_head_pool says, of affine(maps). */
typedef struct dn_vector_pool {
    dn_grid input;
    float *output; /* images vectors, `stride` apart */
    ptrdiff_t stride;
    int channels;
    dn_affine affine;
    dn_dtype maps;
    dn_head_pool pool;
    int rows, columns; /* of windows, whose height and width divide the maps' */
} dn_vector_pool;

/* A task is some channels of one image. */
int dn_vector_pool_tasks(const dn_vector_pool *op);
void dn_pool_vectors(const dn_vector_pool *op, int task);

/* The pool's gradient at each pixel of one image, before ReLU and norm: of a mean over all
 * pixels the vector's gradient itself, which the caller has divided by their number. */
void dn_spread_vector(const dn_vector_pool *op, int image, const float *gradient, dn_rows out);

/* out = in * scale + shift, or without scale ReLU, of `count` vectors. */
typedef struct dn_vector_map {
    const float *in;
    float *out;
    ptrdiff_t in_stride, out_stride;
    int count, channels;
    dn_affine affine;
} dn_vector_map;

void dn_map_vector(const dn_vector_map *op, int vector);

#endif
