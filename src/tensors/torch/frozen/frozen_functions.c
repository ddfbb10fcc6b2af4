/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_functions.h"

#include "tensors/torch/frozen/frozen_cursor.h"

/* To 32-bit floats, which is what ScalarType 6 is. */
static dn_status add_cast(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    return dn_script_is_number(call, 1, 0, 6) ? dn_script_same(call, type, made) : DN_OK;
}

static dn_status add_dropout(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    return dn_script_is_number(call, 2, 1, 0) ? dn_script_same(call, type, made) : DN_OK;
}

static dn_status add_clamp(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    return dn_script_is_number(call, 1, 1, 0) && call->count == 2
               ? dn_script_unary(call, type, made)
               : DN_OK;
}

static dn_status add_concat(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    const dn_script_value *list = dn_script_argument(call, 0);
    dn_frozen_value *values;
    double axis;
    if (list->kind != DN_SCRIPT_LIST || !list->list->count || list->list->count > 1 << 20 ||
        !dn_script_number(call, 1, 0, &axis) || axis < -8 || axis > 8)
        return DN_OK;
    DN_TRY(dn_pool_alloc(&call->g->file->pool, list->list->count, sizeof *values, &values));
    for (size_t i = 0; i < list->list->count; i++) {
        if (list->list->items[i].kind != DN_SCRIPT_VALUE)
            return DN_OK;
        values[i] = list->list->items[i].value;
    }
    DN_TRY(dn_frozen_operator(call->g, type, values, (int)list->list->count, made));
    return dn_frozen_integer(call->g, "axis", (int64_t)axis);
}

static dn_status add_flatten(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    double last;
    bool whole = dn_script_is_number(call, 1, 0, 1) && dn_script_number(call, 2, -1, &last) &&
                 (last == -1 || last == 3);
    return whole ? dn_script_same(call, type, made) : DN_OK;
}

/* To a shape whose first size may be known only when it runs. */
static dn_status add_reshape(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    const dn_script_value *shape = dn_script_argument(call, 1);
    size_t count = shape->kind == DN_SCRIPT_LIST ? shape->list->count : 0;
    int64_t sizes[DN_MAX_RANK] = {0};
    if (!count || count > DN_MAX_RANK)
        return DN_OK;
    for (size_t i = 0; i < count; i++)
        if (!dn_script_whole(&shape->list->items[i], &sizes[i]) &&
            (i || shape->list->items[i].kind != DN_SCRIPT_VALUE))
            return DN_OK;
    DN_TRY(dn_script_same(call, type, made));
    return *made == DN_NO_VALUE ? DN_OK : dn_frozen_integers(call->g, "shape", sizes, count);
}

static dn_status add_squeeze(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    int64_t axis;
    if (!dn_script_whole(dn_script_argument(call, 1), &axis))
        return DN_OK;
    DN_TRY(dn_script_same(call, type, made));
    return *made == DN_NO_VALUE ? DN_OK : dn_frozen_integers(call->g, "axes", &axis, 1);
}

static dn_status add_permutation(const dn_script_call *call, const char *type,
                                 dn_frozen_value *made)
{
    int64_t order[4];
    if (!dn_script_integers(call, 1, 4, NULL, order))
        return DN_OK;
    for (int i = 0; i < 4; i++)
        order[i] += order[i] < 0 ? 4 : 0;
    DN_TRY(dn_script_same(call, type, made));
    return *made == DN_NO_VALUE ? DN_OK : dn_frozen_integers(call->g, "perm", order, 4);
}

static dn_status add_linear(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    if (!dn_script_is_value(call, 0) || !dn_script_is_value(call, 1))
        return DN_OK;
    DN_TRY(dn_script_add(call, type, dn_script_is_value(call, 2) ? 3 : 2, made));
    return dn_frozen_integer(call->g, "transB", 1);
}

/* bias, input, weight of inputs x outputs. */
static dn_status add_addmm(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    const dn_frozen_value inputs[] = {dn_script_argument(call, 1)->value,
                                      dn_script_argument(call, 2)->value,
                                      dn_script_argument(call, 0)->value};
    bool plain = dn_script_is_value(call, 0) && dn_script_is_value(call, 1) &&
                 dn_script_is_value(call, 2) && dn_script_is_number(call, 3, 1, 1) &&
                 dn_script_is_number(call, 4, 1, 1);
    return plain ? dn_frozen_operator(call->g, type, inputs, 3, made) : DN_OK;
}

static dn_status add_product(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    return dn_script_is_value(call, 0) && dn_script_is_value(call, 1)
               ? dn_script_add(call, type, 2, made)
               : DN_OK;
}

static dn_status add_along(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    double axis;
    if (!dn_script_number(call, 1, -9, &axis) || axis < -8 || axis > 8)
        return DN_OK;
    DN_TRY(dn_script_unary(call, type, made));
    return *made == DN_NO_VALUE ? DN_OK : dn_frozen_integer(call->g, "axis", (int64_t)axis);
}

/* Of two tensors, or of one and a number; the third argument is a factor. */
static dn_status add_arithmetic(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    dn_frozen_value values[2];
    if (!dn_script_is_number(call, 2, 1, 1))
        return DN_OK;
    for (int i = 0; i < 2; i++) {
        const dn_script_value *given = dn_script_argument(call, i);
        if (given->kind != DN_SCRIPT_VALUE && given->kind != DN_SCRIPT_NUMBER)
            return DN_OK;
        values[i] = given->value;
        if (given->kind == DN_SCRIPT_NUMBER)
            DN_TRY(dn_frozen_numbers(call->g, DN_F32, 0, 1, &given->number, &values[i]));
    }
    return dn_frozen_operator(call->g, type, values, 2, made);
}

static const struct {
    const char *name, *type;
    dn_script_function *make;
} functions[] = {
    {"conv2d", "Conv", dn_script_conv},
    {"_convolution", NULL, dn_script_conv},
    {"batch_norm", "BatchNormalization", dn_script_norm},
    {"relu", "Relu", dn_script_unary},
    {"clamp_min", "Relu", add_clamp},
    {"cat", "Concat", add_concat},
    {"concat", "Concat", add_concat},
    {"max_pool2d", "MaxPool", dn_script_pool},
    {"max_pool2d_with_indices", "MaxPool", dn_script_pool},
    {"avg_pool2d", NULL, dn_script_pool},
    {"adaptive_avg_pool2d", "GlobalAveragePool", dn_script_global_pool},
    {"adaptive_max_pool2d", "GlobalMaxPool", dn_script_global_pool},
    {"mean", "GlobalAveragePool", dn_script_reduction},
    {"amax", "GlobalMaxPool", dn_script_reduction},
    {"flatten", "Flatten", add_flatten},
    {"view", "Reshape", add_reshape},
    {"reshape", "Reshape", add_reshape},
    {"squeeze", "Squeeze", add_squeeze},
    {"permute", "Transpose", add_permutation},
    {"reflection_pad2d", "reflect", dn_script_pad},
    {"constant_pad_nd", "constant", dn_script_pad},
    {"pad", NULL, dn_script_pad},
    {"linear", "Gemm", add_linear},
    {"addmm", "Gemm", add_addmm},
    {"matmul", "MatMul", add_product},
    {"t", "Transpose", dn_script_same},
    {"add", "Add", add_arithmetic},
    {"sub", "Sub", add_arithmetic},
    {"mul", "Mul", add_arithmetic},
    {"div", "Div", add_arithmetic},
    {"softmax", "Softmax", add_along},
    {"log_softmax", "LogSoftmax", add_along},
    {"sigmoid", "Sigmoid", dn_script_unary},
    {"dropout", "Identity", add_dropout},
    {"feature_dropout", "Identity", add_dropout},
    {"contiguous", "Identity", dn_script_same},
    {"detach", "Identity", dn_script_same},
    {"clone", "Identity", dn_script_unary},
    {"to", "Identity", add_cast},
};

dn_status dn_script_function_make(const dn_script_call *call, dn_span name, dn_frozen_value *made)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (dn_span_is(name, functions[i].name))
            return functions[i].make(call, functions[i].type, made);
    return DN_OK;
}
