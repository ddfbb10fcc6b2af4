/* SPDX-License-Identifier: MIT */
/* Arithmetic and quantisation of constants. */
#include "loading/operators/arrays.h"
#include "loading/operators/constant_steps.h"
#include "loading/operators/constants.h"

static bool is_whole(dn_dtype dtype)
{
    return dtype >= DN_I64 && dtype <= DN_BOOL;
}

/* Floats of any width are left as they are, since all are computed with in the end. */
dn_status dn_compute_cast(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    enum { FLOAT = 1, HALF = 10, DOUBLE = 11, BRAIN = 16 };
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    int64_t to = dn_walk_integer(item, "to", FLOAT);
    bool to_float = to == FLOAT || to == HALF || to == DOUBLE || to == BRAIN;
    const int64_t *integers;
    if (dn_dtype_is_float(tensor->dtype) || !to_float) {
        *out = to_float == dn_dtype_is_float(tensor->dtype) ? tensor : NULL;
        return DN_OK;
    }
    dn_tensor *made;
    float *data;
    DN_TRY(dn_array_integers(w->file, tensor, &integers));
    if (!integers)
        return DN_OK;
    DN_TRY(dn_array_create(w->file, DN_F32, tensor->rank, tensor->shape, &made, &data));
    for (size_t i = 0; i < tensor->count; i++)
        data[i] = (float)integers[i];
    *out = made;
    return DN_OK;
}

static double combine(char operation, double a, double b)
{
    return operation == 'A' ? a + b : operation == 'S' ? a - b : operation == 'M' ? a * b : a / b;
}

/* Sums, differences and products that fit. */
static bool combine_whole(char operation, int64_t a, int64_t b, int64_t *result)
{
    return operation == 'A'   ? !__builtin_add_overflow(a, b, result)
           : operation == 'S' ? !__builtin_sub_overflow(a, b, result)
                              : operation == 'M' && !__builtin_mul_overflow(a, b, result);
}

/* Single whole numbers, as sizes are computed from. */
static dn_status compute_whole(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *a = dn_walk_constant(w, item, 0), *b = dn_walk_constant(w, item, 1);
    const int64_t *first, *second;
    int64_t result;
    DN_TRY(dn_array_integers(w->file, a, &first));
    DN_TRY(dn_array_integers(w->file, b, &second));
    if (!first || !second || first[0] == DN_UNKNOWN_SIZE || second[0] == DN_UNKNOWN_SIZE ||
        !combine_whole(item->type[0], first[0], second[0], &result))
        return DN_OK;
    DN_TRY(dn_constant_list(w, 1, &result, out));
    const dn_tensor *like = b->rank > a->rank ? b : a;
    return dn_array_reshape(w->file, *out, like->rank, like->shape, out);
}

/* Of equal shapes, or with a single number. */
dn_status dn_compute_arithmetic(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *a = dn_walk_constant(w, item, 0), *b = dn_walk_constant(w, item, 1);
    const dn_tensor *like = b && b->count > 1 ? b : a;
    const float *first, *second;
    dn_tensor *made;
    float *data;
    if (!b || (a->count != b->count && a->count != 1 && b->count != 1))
        return DN_OK;
    if (is_whole(a->dtype) && is_whole(b->dtype) && a->count == 1 && b->count == 1)
        return compute_whole(w, item, out);
    DN_TRY(dn_array_read(w->file, a, like->count, &first));
    DN_TRY(dn_array_read(w->file, b, like->count, &second));
    if (!first || !second)
        return DN_OK;
    DN_TRY(dn_array_create(w->file, DN_F32, like->rank, like->shape, &made, &data));
    for (size_t i = 0; i < like->count; i++)
        data[i] = (float)combine(item->type[0], (double)first[i], (double)second[i]);
    *out = made;
    return DN_OK;
}

dn_status dn_constant_dequantise(dn_walk *w, const dn_tensor *x, const dn_tensor *scale,
                                 const dn_tensor *zero, int64_t axis, const dn_tensor **out)
{
    *out = NULL;
    axis = axis < 0 ? axis + x->rank : axis;
    bool each = scale && scale->count != 1;
    if (!scale || !is_whole(x->dtype) || (each && (axis < 0 || axis >= x->rank)))
        return DN_OK;
    size_t steps = each ? (size_t)x->shape[axis] : 1, inner = 1;
    const float *scales;
    const int64_t *numbers, *zeros = NULL;
    dn_tensor *made;
    float *data;
    if (zero && (zero->count != scale->count || !is_whole(zero->dtype)))
        return DN_OK;
    DN_TRY(dn_array_read(w->file, scale, steps, &scales));
    DN_TRY(dn_array_integers(w->file, x, &numbers));
    if (zero)
        DN_TRY(dn_array_integers(w->file, zero, &zeros));
    if (!scales || !numbers || scale->count != steps)
        return DN_OK;
    for (int64_t d = axis + 1; each && d < x->rank; d++)
        inner *= (size_t)x->shape[d];
    DN_TRY(dn_array_create(w->file, DN_F32, x->rank, x->shape, &made, &data));
    made->name = x->name;
    for (size_t i = 0; i < x->count; i++) {
        size_t k = i / inner % steps;
        data[i] = (float)((double)numbers[i] - (zeros ? (double)zeros[k] : 0)) * scales[k];
    }
    *out = made;
    return DN_OK;
}

dn_status dn_compute_dequantise(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    return dn_constant_dequantise(w, dn_walk_constant(w, item, 0), dn_walk_constant(w, item, 1),
                                  dn_walk_constant(w, item, 2), dn_walk_integer(item, "axis", 1),
                                  out);
}
