/* SPDX-License-Identifier: MIT */
#include "loading/operators/constants.h"

#include "loading/operators/arrays.h"

#include <math.h>
#include <string.h>

/* An operation on constants: *out stays NULL if it cannot be done. */
typedef dn_status constant_operation(dn_walk *w, const dn_operator *item, const dn_tensor **out);

static dn_status vector_of_integers(dn_walk *w, size_t count, const int64_t *from,
                                    const dn_tensor **out)
{
    dn_tensor *made;
    int64_t *data;
    DN_TRY(dn_array_create(w->file, DN_I64, 1, (const int64_t[]){(int64_t)count}, &made, &data));
    if (count)
        memcpy(data, from, count * sizeof *from);
    *out = made;
    return DN_OK;
}

static dn_status vector_of_floats(dn_walk *w, size_t count, const float *from,
                                  const dn_tensor **out)
{
    dn_tensor *made;
    float *data;
    DN_TRY(dn_array_floats(w->file, count, &made, &data));
    if (count)
        memcpy(data, from, count * sizeof *from);
    *out = made;
    return DN_OK;
}

static dn_status compute_constant(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_attribute *value = dn_operator_attribute(item, "value");
    *out = value ? value->tensor : NULL;
    if ((value = dn_operator_attribute(item, "value_ints")))
        return vector_of_integers(w, value->integer_count, value->integers, out);
    if ((value = dn_operator_attribute(item, "value_floats")))
        return vector_of_floats(w, value->real_count, value->reals, out);
    if ((value = dn_operator_attribute(item, "value_int"))) {
        DN_TRY(vector_of_integers(w, 1, &value->integer, out));
        return dn_array_reshape(w->file, *out, 0, (const int64_t[]){0}, out);
    }
    if ((value = dn_operator_attribute(item, "value_float"))) {
        DN_TRY(vector_of_floats(w, 1, &value->real, out));
        return dn_array_reshape(w->file, *out, 0, (const int64_t[]){0}, out);
    }
    return DN_OK;
}

static dn_status compute_identity(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    *out = dn_walk_constant(w, item, 0);
    return DN_OK;
}

/* -------------------------------------------------------------------- shapes */

dn_status dn_constant_axes(dn_walk *w, const dn_operator *item, int input, int rank,
                           int64_t axes[DN_MAX_RANK], int *count)
{
    const dn_attribute *given = dn_operator_attribute(item, "axes");
    const dn_tensor *tensor = dn_walk_constant(w, item, input);
    const int64_t *from = given ? given->integers : NULL;
    size_t length = given ? given->integer_count : tensor ? tensor->count : 0;
    *count = -1;
    if (!given && tensor)
        DN_TRY(dn_array_integers(w->file, tensor, &from));
    if (!from || length > DN_MAX_RANK)
        return DN_OK;
    for (size_t i = 0; i < length; i++) {
        axes[i] = from[i] < 0 ? from[i] + rank : from[i];
        if (axes[i] < 0 || axes[i] >= rank)
            return DN_OK;
    }
    *count = (int)length;
    return DN_OK;
}

static bool is_among(int64_t axis, const int64_t *axes, int count)
{
    for (int i = 0; i < count; i++)
        if (axes[i] == axis)
            return true;
    return false;
}

static dn_status compute_unsqueeze(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    const dn_attribute *given = dn_operator_attribute(item, "axes");
    const dn_tensor *second = dn_walk_constant(w, item, 1);
    int64_t axes[DN_MAX_RANK], shape[DN_MAX_RANK];
    size_t added = given ? given->integer_count : second ? second->count : 0;
    int count, from = 0;
    if (added > DN_MAX_RANK || tensor->rank + (int)added > DN_MAX_RANK)
        return DN_OK;
    int rank = tensor->rank + (int)added;
    DN_TRY(dn_constant_axes(w, item, 1, rank, axes, &count));
    for (int d = 0; d < rank && count >= 0; d++) {
        bool one = is_among(d, axes, count);
        if (!one && from == tensor->rank)
            return DN_OK;
        shape[d] = one ? 1 : tensor->shape[from++];
    }
    return count < 0 || from < tensor->rank ? DN_OK
                                            : dn_array_reshape(w->file, tensor, rank, shape, out);
}

static dn_status compute_squeeze(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    int64_t axes[DN_MAX_RANK], shape[DN_MAX_RANK];
    int count, rank = 0;
    DN_TRY(dn_constant_axes(w, item, 1, tensor->rank, axes, &count));
    bool all = !dn_operator_attribute(item, "axes") && !dn_walk_input(w, item, 1);
    for (int d = 0; d < tensor->rank; d++)
        if (!(tensor->shape[d] == 1 && (all || is_among(d, axes, count))))
            shape[rank++] = tensor->shape[d];
    return all || count >= 0 ? dn_array_reshape(w->file, tensor, rank, shape, out) : DN_OK;
}

static dn_status compute_reshape(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0), *to = dn_walk_constant(w, item, 1);
    const dn_attribute *given = dn_operator_attribute(item, "shape");
    const int64_t *sizes = given ? given->integers : NULL;
    size_t rank = given ? given->integer_count : to ? to->count : 0, known = 1;
    int64_t shape[DN_MAX_RANK];
    int open = -1;
    if (!given && to)
        DN_TRY(dn_array_integers(w->file, to, &sizes));
    if (!sizes || rank > DN_MAX_RANK)
        return DN_OK;
    for (int d = 0; d < (int)rank; d++) {
        shape[d] = sizes[d] == 0 && d < tensor->rank ? tensor->shape[d] : sizes[d];
        if (shape[d] < 0 && (shape[d] != -1 || open >= 0))
            return DN_OK;
        if (shape[d] < 0)
            open = d;
        else if (__builtin_mul_overflow(known, (size_t)shape[d], &known))
            return DN_OK;
    }
    if (open >= 0 && known)
        shape[open] = (int64_t)(tensor->count / known);
    if (open >= 0 ? !known || tensor->count % known : known != tensor->count)
        return DN_OK;
    return dn_array_reshape(w->file, tensor, (int)rank, shape, out);
}

static dn_status compute_transpose(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *tensor = dn_walk_constant(w, item, 0);
    const dn_attribute *perm = dn_operator_attribute(item, "perm");
    dn_tensor *made = NULL;
    if (perm && perm->integer_count != (size_t)tensor->rank)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *made, &made));
    *made = *tensor;
    unsigned seen = 0;
    for (int d = 0; d < tensor->rank; d++) {
        int64_t from = perm ? perm->integers[d] : tensor->rank - 1 - d;
        if (from < 0 || from >= tensor->rank || seen >> from & 1)
            return DN_OK;
        seen |= 1u << from;
        made->shape[d] = tensor->shape[from];
        made->strides[d] = tensor->strides[from];
    }
    *out = made;
    return DN_OK;
}

/* ------------------------------------------------------------------- numbers */

static bool is_whole(dn_dtype dtype)
{
    return dtype >= DN_I64 && dtype <= DN_BOOL;
}

/* Floats of any width are left as they are, since all are computed with in the end. */
static dn_status compute_cast(dn_walk *w, const dn_operator *item, const dn_tensor **out)
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

/* Of equal shapes, or with a single number. */
static dn_status compute_arithmetic(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *a = dn_walk_constant(w, item, 0), *b = dn_walk_constant(w, item, 1);
    const dn_tensor *like = b && b->count > 1 ? b : a;
    const float *first, *second;
    dn_tensor *made;
    float *data;
    if (!b || (a->count != b->count && a->count != 1 && b->count != 1))
        return DN_OK;
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

/* ----------------------------------------------------------- lists of numbers */

static dn_status compute_gather(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *data = dn_walk_constant(w, item, 0), *indices = dn_walk_constant(w, item, 1);
    const int64_t *list, *places;
    dn_tensor *made;
    int64_t *taken;
    if (!indices || data->rank != 1 || indices->rank > 1)
        return DN_OK;
    DN_TRY(dn_array_integers(w->file, data, &list));
    DN_TRY(dn_array_integers(w->file, indices, &places));
    if (!list || !places)
        return DN_OK;
    DN_TRY(dn_array_create(w->file, DN_I64, indices->rank, indices->shape, &made, &taken));
    for (size_t i = 0; i < indices->count; i++) {
        int64_t place = places[i] < 0 ? places[i] + data->shape[0] : places[i];
        if (place < 0 || place >= data->shape[0])
            return DN_OK;
        taken[i] = list[place];
    }
    *out = made;
    return DN_OK;
}

static dn_status compute_concat(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    int64_t list[DN_MAX_RANK];
    size_t count = 0;
    for (int i = 0; i < item->input_count; i++) {
        const dn_tensor *part = dn_walk_constant(w, item, i);
        const int64_t *integers = NULL;
        if (part && part->rank == 1)
            DN_TRY(dn_array_integers(w->file, part, &integers));
        if (!integers || part->count > DN_MAX_RANK - count)
            return DN_OK;
        for (size_t k = 0; k < part->count; k++)
            list[count++] = integers[k];
    }
    return vector_of_integers(w, count, list, out);
}

/* Of a list, with the whole numbers that inputs or, in old files, attributes give. */
static dn_status slice_bound(dn_walk *w, const dn_operator *item, int input, const char *name,
                             int64_t usual, int64_t *bound)
{
    const dn_attribute *given = dn_operator_attribute(item, name);
    const dn_tensor *tensor = dn_walk_constant(w, item, input);
    const int64_t *integers = NULL;
    *bound = given && given->integer_count == 1 ? given->integers[0] : usual;
    if (tensor && tensor->count == 1)
        DN_TRY(dn_array_integers(w->file, tensor, &integers));
    if (integers)
        *bound = integers[0];
    return DN_OK;
}

static dn_status compute_slice(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    const dn_tensor *data = dn_walk_constant(w, item, 0);
    const int64_t *list = NULL;
    int64_t start, end, pace;
    if (data->rank == 1)
        DN_TRY(dn_array_integers(w->file, data, &list));
    DN_TRY(slice_bound(w, item, 1, "starts", 0, &start));
    DN_TRY(slice_bound(w, item, 2, "ends", INT64_MAX, &end));
    DN_TRY(slice_bound(w, item, 4, "steps", 1, &pace));
    if (!list || pace != 1)
        return DN_OK;
    int64_t length = data->shape[0];
    start = start < 0 ? start + length : start;
    end = end < 0 ? end + length : end < length ? end : length;
    if (start < 0 || start > end)
        return DN_OK;
    return vector_of_integers(w, (size_t)(end - start), list + start, out);
}

/* -------------------------------------------------------------- quantisation */

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
        data[i] = (float)(numbers[i] - (zeros ? zeros[k] : 0)) * scales[k];
    }
    *out = made;
    return DN_OK;
}

static dn_status compute_dequantise(dn_walk *w, const dn_operator *item, const dn_tensor **out)
{
    return dn_constant_dequantise(w, dn_walk_constant(w, item, 0), dn_walk_constant(w, item, 1),
                                  dn_walk_constant(w, item, 2), dn_walk_integer(item, "axis", 1),
                                  out);
}

/* ---------------------------------------------------------------------------- */

static const struct {
    const char *type;
    constant_operation *compute;
} operations[] = {
    {"Constant", compute_constant},   {"Identity", compute_identity},
    {"Dropout", compute_identity},    {"Unsqueeze", compute_unsqueeze},
    {"Squeeze", compute_squeeze},     {"Reshape", compute_reshape},
    {"Transpose", compute_transpose}, {"Cast", compute_cast},
    {"Add", compute_arithmetic},      {"Sub", compute_arithmetic},
    {"Mul", compute_arithmetic},      {"Div", compute_arithmetic},
    {"Gather", compute_gather},       {"Concat", compute_concat},
    {"Slice", compute_slice},         {"DequantizeLinear", compute_dequantise},
};

static dn_status set_constant(dn_walk *w, const dn_tensor *tensor, const dn_known **out)
{
    dn_known *made;
    DN_TRY(dn_walk_derive(w, NULL, &made));
    made->kind = DN_KNOWN_CONSTANT;
    made->constant = tensor;
    *out = made;
    return DN_OK;
}

dn_status dn_constant_compute(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_tensor *tensor = NULL;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(operations[i].type, item->type) == 0 &&
            (dn_walk_constant(w, item, 0) || operations[i].compute == compute_constant))
            DN_TRY(operations[i].compute(w, item, &tensor));
    return tensor ? set_constant(w, tensor, out)
                  : dn_walk_depart(w, item, out, "makes a constant in a way that is not computed");
}

dn_status dn_constant_shape(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *of = dn_walk_input(w, item, 0);
    int64_t sizes[4] = {DN_UNKNOWN_SIZE, DN_UNKNOWN_SIZE, DN_UNKNOWN_SIZE, DN_UNKNOWN_SIZE};
    size_t rank = 4;
    if (of->kind == DN_KNOWN_MAPS)
        sizes[1] = of->channels;
    if (of->kind == DN_KNOWN_VECTOR) {
        sizes[1] = of->head->width;
        rank = (size_t)of->head->rank;
    }
    for (int d = 0; d < 2 && of->kind == DN_KNOWN_MAPS; d++) {
        int size = d ? of->width : of->height;
        sizes[2 + d] = size ? size : DN_UNKNOWN_SIZE;
    }
    for (int d = 0; d < 2 && of->kind == DN_KNOWN_VECTOR && rank == 4; d++)
        sizes[2 + d] = 1;
    const dn_tensor *tensor;
    DN_TRY(vector_of_integers(w, rank, sizes, &tensor));
    return set_constant(w, tensor, out);
}
