/* SPDX-License-Identifier: MIT */
/*
 * The operations that training needs in addition to those of kernels.h: statistics of
 * a batch, and the gradients. Each is a small operation on a few rows that a
 * task has in its cache; src/train combines them.
 *
 * A row is one pixel's channels; rows are a stride apart. Channel vectors (one
 * float per channel) are plain arrays. Values of maps are of the table's type, gradients floats.
 */
#ifndef DN_KERNELS_GRADIENT_H
#define DN_KERNELS_GRADIENT_H

#include "kernels/kernels.h"

#include <stdint.h>

typedef struct dn_rows {
    float *data;
    ptrdiff_t stride;
} dn_rows;

/* The same of maps: elements of the table's type, the stride in elements. */
typedef struct dn_map_rows {
    void *address;
    ptrdiff_t stride;
} dn_map_rows;

/* Each channel's mean over `count` rows, and the sum of squared deviations
 * from it. */
typedef struct dn_statistics {
    dn_map_rows input;
    int count, channels;
    float *mean, *deviation;
} dn_statistics;

/* Dropout in place: element (row, c) is kept and multiplied by `scale`, or
 * set to 0, depending on a hash of `key` and its number (first + row) * channels + c.
 * The same operation is its backward pass. */
typedef struct dn_dropout {
    dn_map_rows rows;
    int count, channels;
    uint64_t key;
    uint32_t first;
    int32_t threshold; /* kept where 24 hashed bits are below it */
    float scale;
} dn_dropout;

/* out = (gradient - centre) * factor + (value * slope + constant), per channel:
 * the form of batch norm's backward pass once its sums are known. The mean may be
 * most of a gradient, so it is subtracted first. */
typedef struct dn_combine {
    dn_rows gradient, out;
    dn_map_rows value;
    int count, channels;
    const float *centre, *factor, *slope, *constant;
} dn_combine;

/* Back through relu(affine(value)), where value * inverse + offset is the
 * normalised map: dy = gradient where the activation is positive, else 0;
 * sums += dy, products += dy * normalised; out (+)= weight * dy. `out` may be
 * `gradient`. With a gradient stride of 0 all rows have the same gradient. */
typedef struct dn_norm_gradient {
    dn_rows gradient, out;
    dn_map_rows value;
    int count, channels;
    dn_affine affine;
    const float *inverse, *offset, *weight;
    double *sums, *products;
    bool accumulate;
} dn_norm_gradient;

/* The same with the gradient of the activation computed on the fly: for row r
 * it is row r of norm.gradient, the gradient of a 1x1 convolution's outputs,
 * times the transposed weights. A table whose panels have a unit multiplies pairs: its rows of
 * norm.gradient are pair_channels' words, and those up to a multiple of DN_MOST_ROWS are read. */
typedef struct dn_pass_back {
    dn_norm_gradient norm; /* of panels.outputs channels */
    dn_panels panels;
} dn_pass_back;

/* out[shift][k][n] (+)= sum over pixels of left[k] * right[shift + n]: a weight
 * gradient, that of a window if there are several shifts. Pixels come in `lines`
 * lines of `run`, each reached through a pointer. right, and a row of out, are
 * read and written to the end of their last vector. In a table of maps of bfloat16 whose panels
 * have a unit, a pixel is two: left and right are pair_pixels' words. */
typedef struct dn_product {
    int lines, run;
    const float *const *left, *const *right;
    ptrdiff_t left_stride, right_stride; /* from pixel to pixel */
    int depth, outputs;                  /* k < depth, n < outputs */
    int shifts;
    const ptrdiff_t *shift;
    float *out;
    ptrdiff_t row_stride, shift_stride; /* of out */
    bool accumulate;
} dn_product;

/* The weight gradient of a 3x3 convolution by Winograd's algorithm, in three
 * parts. First, once for some tiles, `gradient`, that of the outputs, is transformed
 * into `transformed`; beyond its height and width it has zeros as far as whole 4x4
 * tiles extend. Then, for a few channels at a time, sums[36][output][channel] (+)= the
 * products with `input`, the activated maps with the border of dn_winograd.
 * Pixels and rows are read and written to the end of their last vector. Both grids are of the
 * table's maps. */
typedef struct dn_winograd_gradient {
    dn_grid gradient, input;
    int outputs, channels;
    int unit;           /* the table's: where it is not 0, rows of planes are words of two tiles */
    float *transformed; /* 36 planes of tiles x outputs */
    float *sums;
    ptrdiff_t row_stride, plane_stride; /* of sums */
    bool accumulate;
} dn_winograd_gradient;

/* The last part: out[3 y + x][output][channel] from the sums, with their strides. */
typedef struct dn_winograd_weights {
    const float *sums;
    float *out;
    ptrdiff_t row_stride, plane_stride;
    int outputs, channels;
} dn_winograd_weights;

static inline int dn_winograd_gradient_tiles(const dn_winograd_gradient *op)
{
    return op->gradient.images * dn_ceil_divide(op->gradient.height, 4) *
           dn_ceil_divide(op->gradient.width, 4);
}

/* Rows of a plane of what is transformed; and floats of a plane of the gradient, of one of
 * input, and of the second part's scratch. */
static inline int dn_winograd_gradient_rows(const dn_winograd_gradient *op)
{
    return dn_ceil_divide(dn_winograd_gradient_tiles(op), op->unit ? 2 : 1);
}

static inline size_t dn_winograd_gradient_plane(const dn_winograd_gradient *op)
{
    return (size_t)(dn_winograd_gradient_rows(op) * dn_padded(op->outputs)) + 16;
}

static inline size_t dn_winograd_activated_plane(const dn_winograd_gradient *op)
{
    return (size_t)(dn_winograd_gradient_rows(op) * dn_padded(op->channels)) + 16;
}

static inline size_t dn_winograd_products_scratch(const dn_winograd_gradient *op)
{
    return 36 * dn_winograd_activated_plane(op);
}

/* out rows = relu(affine(value)). */
typedef struct dn_activate_rows {
    dn_map_rows value;
    dn_rows out;
    int count, channels;
    dn_affine affine;
} dn_activate_rows;

/* Rows of floats into maps. */
typedef struct dn_store_rows {
    dn_rows input;
    dn_map_rows out;
    int count, channels;
} dn_store_rows;

/* Rows of floats rounded to bfloat16, in words of two; out's stride is in words. */
typedef struct dn_pair_rows {
    dn_rows input, out;
    int count, channels;
} dn_pair_rows;

/* out rows = relu(affine(input)) averaged over 2x2 pixels: output pixels
 * first .. first + count - 1 of the pooled grid, which has `width` per row. */
typedef struct dn_pool_rows {
    dn_grid input;
    dn_affine affine;
    dn_rows out;
    int channels, first, count;
} dn_pool_rows;

/* 3x3/2 maximum, padding 1, of relu(affine(input)); one task per output row. */
typedef struct dn_activated_pool {
    dn_grid input, output;
    int channels;
    dn_affine affine;
} dn_activated_pool;

/* The gradient of this pool with respect to the activation: sets `target`, as large as the
 * input, from `gradient`, that of the output. The first of equal maxima in scan order gets
 * it, as in PyTorch. One task per image. */
typedef struct dn_activated_pool_gradient {
    dn_grid input, gradient, target;
    int channels;
    dn_affine affine;
} dn_activated_pool_gradient;

typedef struct dn_gradient_kernels {
    void (*statistics)(const dn_statistics *op);
    void (*dropout)(const dn_dropout *op);
    void (*combine)(const dn_combine *op);
    void (*norm_gradient)(const dn_norm_gradient *op);
    void (*pass_back)(const dn_pass_back *op);
    void (*product)(const dn_product *op);
    void (*winograd_gradient)(const dn_winograd_gradient *op);
    void (*winograd_products)(const dn_winograd_gradient *op, float *scratch);
    void (*winograd_weights)(const dn_winograd_weights *op);
    void (*activate_rows)(const dn_activate_rows *op);
    void (*pool_rows)(const dn_pool_rows *op);
    void (*activated_pool)(const dn_activated_pool *op, int task);
    void (*activated_pool_gradient)(const dn_activated_pool_gradient *op, int task);
    /* Of tables of maps of bfloat16 only. */
    void (*store_rows)(const dn_store_rows *op);
    /* Of those with a unit. A row's channels two by two, and zeros up to a multiple of the unit;
     * the same channel of rows 2 r and 2 r + 1, and zeros for a row after an odd number. */
    void (*pair_channels)(const dn_pair_rows *op);
    void (*pair_pixels)(const dn_pair_rows *op);
} dn_gradient_kernels;

extern const dn_gradient_kernels dn_gradient_kernels_reference;

#endif
