/* SPDX-License-Identifier: MIT */
#include "loading/operators/bytes_steps.h"

#include "loading/operators/arrays.h"
#include "loading/operators/constants.h"
#include "loading/operators/convs.h"
#include "loading/operators/head_steps.h"
#include "loading/operators/map_order.h"

#include <string.h>

/* A range that begins at 0 lets nothing below it through. */
static dn_status rectify(dn_walk *w, const dn_operator *item, int input, const dn_known *from,
                         const dn_known **out)
{
    const dn_tensor *zero = dn_walk_constant(w, item, input);
    const int64_t *point = NULL;
    *out = from;
    w->quantised = true;
    if (from->kind != DN_KNOWN_MAPS)
        return DN_OK;
    if (zero && zero->count == 1)
        DN_TRY(dn_array_integers(w->file, zero, &point));
    int64_t least = zero && zero->dtype == DN_I8 ? -128 : 0;
    bool begins = point ? point[0] == least : !dn_walk_input(w, item, input);
    return begins ? dn_maps_rectify(w, from, out) : DN_OK;
}

dn_status dn_bytes_quantise(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    *out = from;
    return strcmp(item->type, "QuantizeLinear") == 0 ? rectify(w, item, 2, from, out) : DN_OK;
}

/* Where an operator has a weight, its steps and zero points, a bias, and its input's step. */
typedef struct places {
    int in_steps, weight, steps, zeros, bias;
} places;

/* int32 in steps of the input's times the weight's. */
static dn_status dequantise_bias(dn_walk *w, const dn_tensor *bias, const dn_tensor *in,
                                 const dn_tensor *steps, const dn_tensor **out)
{
    const float *factors, *first;
    const int64_t *numbers;
    dn_tensor *made;
    float *data;
    *out = NULL;
    if (!in)
        return DN_OK;
    DN_TRY(dn_array_read(w->file, in, 1, &first));
    DN_TRY(dn_array_read(w->file, steps, bias->count, &factors));
    DN_TRY(dn_array_integers(w->file, bias, &numbers));
    if (!first || !factors || !numbers)
        return DN_OK;
    DN_TRY(dn_array_floats(w->file, bias->count, &made, &data));
    for (size_t i = 0; i < bias->count; i++)
        data[i] = (float)numbers[i] * first[0] * factors[i];
    *out = made;
    return DN_OK;
}

/* *weight NULL if they cannot be. */
static dn_status dequantise(dn_walk *w, const dn_operator *item, const places *at, int axis,
                            const dn_tensor **weight, const dn_tensor **bias)
{
    const dn_tensor *bytes = dn_walk_constant(w, item, at->weight),
                    *steps = dn_walk_constant(w, item, at->steps),
                    *zeros = dn_walk_constant(w, item, at->zeros),
                    *given = dn_walk_constant(w, item, at->bias);
    *weight = *bias = NULL;
    if (!bytes || (dn_walk_input(w, item, at->zeros) && !zeros) ||
        (dn_walk_input(w, item, at->bias) && !given))
        return DN_OK;
    DN_TRY(dn_constant_dequantise(w, bytes, steps, zeros, axis, weight));
    if (*weight && given)
        DN_TRY(dequantise_bias(w, given, dn_walk_constant(w, item, at->in_steps), steps, bias));
    if (given && !*bias)
        *weight = NULL;
    return DN_OK;
}

static dn_status refuse(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    return dn_walk_depart(w, item, out, "has a weight or bias that cannot be dequantised");
}

dn_status dn_bytes_conv(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    static const places at = {1, 3, 4, 5, 8};
    const dn_tensor *weight, *bias;
    const dn_known *made;
    DN_TRY(dequantise(w, item, &at, 0, &weight, &bias));
    if (!weight)
        return refuse(w, item, out);
    DN_TRY(dn_walk_input(w, item, 0)->kind == DN_KNOWN_VECTOR
               ? dn_head_linear(w, item, weight, bias, &made)
               : dn_conv_make(w, item, weight, bias, &made));
    return rectify(w, item, 7, made, out);
}

dn_status dn_bytes_matmul(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    static const places at = {1, 3, 4, 5, 8};
    const dn_tensor *weight, *bias;
    DN_TRY(dequantise(w, item, &at, 1, &weight, &bias));
    DN_TRY(dn_head_turn(w, weight, &weight));
    w->quantised = true;
    return weight && !bias ? dn_head_linear(w, item, weight, NULL, out) : refuse(w, item, out);
}

/* onnxruntime's own. */
dn_status dn_bytes_gemm(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    static const places at = {1, 3, 4, 5, 6};
    const dn_attribute *alpha = dn_operator_attribute(item, "alpha");
    const dn_tensor *weight, *bias;
    bool turned = dn_walk_integer(item, "transB", 0);
    DN_TRY(dequantise(w, item, &at, turned ? 0 : 1, &weight, &bias));
    if (!turned)
        DN_TRY(dn_head_turn(w, weight, &weight));
    w->quantised = true;
    if (!weight || dn_walk_integer(item, "transA", 0) || (alpha && alpha->real != 1))
        return refuse(w, item, out);
    return dn_head_linear(w, item, weight, bias, out);
}
