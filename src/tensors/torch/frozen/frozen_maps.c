/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_cursor.h"
#include "tensors/torch/frozen/frozen_functions.h"

#include <string.h>

/* input, weight, bias, stride, padding, dilation, groups; of traced code (type NULL) transposed
 * and output_padding before groups. */
dn_status dn_script_conv(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    static const int64_t one[] = {1, 1}, zero[] = {0, 0};
    const int inputs = dn_script_is_value(call, 2) ? 3 : 2, groups_at = type ? 6 : 8;
    int64_t strides[2], pads[4], dilations[2];
    double groups;
    if (!dn_script_is_value(call, 0) || !dn_script_is_value(call, 1) ||
        !dn_script_integers(call, 3, 2, one, strides) ||
        !dn_script_integers(call, 4, 2, zero, pads) ||
        !dn_script_integers(call, 5, 2, one, dilations) ||
        !dn_script_number(call, groups_at, 1, &groups) || !(groups >= 1 && groups < 1e9) ||
        (!type && !dn_script_is_number(call, 6, 0, 0)))
        return DN_OK;
    memcpy(pads + 2, pads, 2 * sizeof *pads);
    DN_TRY(dn_script_add(call, "Conv", inputs, made));
    DN_TRY(dn_frozen_integers(call->g, "strides", strides, 2));
    DN_TRY(dn_frozen_integers(call->g, "pads", pads, 4));
    DN_TRY(dn_frozen_integers(call->g, "dilations", dilations, 2));
    return dn_frozen_integer(call->g, "group", (int64_t)groups);
}

/* As many numbers as a constant has, all the same. */
static dn_status repeat(const dn_script_call *call, const dn_tensor *like, double number,
                        dn_frozen_value *made)
{
    double *numbers;
    DN_TRY(dn_pool_alloc(&call->g->file->pool, like->count + 1, sizeof *numbers, &numbers));
    for (size_t i = 0; i < like->count; i++)
        numbers[i] = number;
    return dn_frozen_numbers(call->g, DN_F32, 1, (int64_t)like->count, numbers, made);
}

/* input, weight, bias, running_mean, running_var, training, momentum, eps. */
dn_status dn_script_norm(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    dn_frozen_value inputs[5];
    double epsilon;
    if (!dn_script_is_value(call, 0) || !dn_script_is_value(call, 3) ||
        !dn_script_is_value(call, 4) || !dn_script_is_number(call, 5, 1, 0) ||
        !dn_script_number(call, 7, 0, &epsilon))
        return DN_OK;
    const dn_tensor *mean = dn_frozen_tensor(call->g, dn_script_argument(call, 3)->value);
    for (int i = 0; i < 5; i++) {
        inputs[i] = dn_script_argument(call, i)->value;
        if (dn_script_is_value(call, i))
            continue;
        if (dn_script_argument(call, i)->kind != DN_SCRIPT_NONE || !mean)
            return DN_OK;
        DN_TRY(repeat(call, mean, i == 1, &inputs[i]));
    }
    DN_TRY(dn_frozen_operator(call->g, type, inputs, 5, made));
    return dn_frozen_real(call->g, "epsilon", epsilon);
}

/* input, kernel, stride, padding, dilation, ceil_mode; of means (type NULL) no dilation, and
 * count_include_pad and divisor_override at the end. */
dn_status dn_script_pool(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    static const int64_t one[] = {1, 1}, zero[] = {0, 0};
    const int ceil_at = type ? 5 : 4;
    int64_t sides[2], strides[2], pads[4], dilations[2] = {1, 1};
    double ceil_mode, include = 1;
    if (!dn_script_is_value(call, 0) || !dn_script_integers(call, 1, 2, NULL, sides) ||
        !dn_script_integers(call, 2, 2, sides, strides) ||
        !dn_script_integers(call, 3, 2, zero, pads) ||
        (type && !dn_script_integers(call, 4, 2, one, dilations)) || dilations[0] != 1 ||
        dilations[1] != 1 || !dn_script_number(call, ceil_at, 0, &ceil_mode) ||
        (!type && (!dn_script_number(call, 5, 1, &include) || dn_script_argument(call, 6)->kind)))
        return DN_OK;
    if ((pads[0] || pads[1]) && !type && include == 0)
        return DN_OK;
    memcpy(pads + 2, pads, 2 * sizeof *pads);
    DN_TRY(dn_script_add(call, type ? type : "AveragePool", 1, made));
    DN_TRY(dn_frozen_integers(call->g, "kernel_shape", sides, 2));
    DN_TRY(dn_frozen_integers(call->g, "strides", strides, 2));
    DN_TRY(dn_frozen_integers(call->g, "pads", pads, 4));
    return dn_frozen_integer(call->g, "ceil_mode", ceil_mode != 0);
}

dn_status dn_script_global_pool(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    int64_t sizes[2];
    bool single = dn_script_integers(call, 1, 2, NULL, sizes) && sizes[0] == 1 && sizes[1] == 1;
    return single ? dn_script_unary(call, type, made) : DN_OK;
}

/* input, dimensions, whether they are kept: rows and columns, in any words. */
dn_status dn_script_reduction(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    int64_t axes[2];
    double keeps;
    if (!dn_script_is_value(call, 0) || !dn_script_integers(call, 1, 2, NULL, axes) ||
        !dn_script_number(call, 2, 0, &keeps))
        return DN_OK;
    for (int i = 0; i < 2; i++)
        axes[i] += axes[i] < 0 ? 4 : 0;
    if (axes[0] + axes[1] != 5 || axes[0] < 2 || axes[1] < 2)
        return DN_OK;
    dn_frozen_value kept = DN_NO_VALUE;
    DN_TRY(dn_script_add(call, type, 1, &kept));
    *made = kept;
    return keeps == 1 ? DN_OK : dn_frozen_operator(call->g, "Flatten", &kept, 1, made);
}

/* input, [left, right, above, below], mode unless the function's name has it, number. */
dn_status dn_script_pad(const dn_script_call *call, const char *type, dn_frozen_value *made)
{
    const dn_span given = dn_script_argument(call, 2)->text;
    const char *mode = type                                ? type
                       : dn_span_is(given, "\"reflect\"")  ? "reflect"
                       : dn_span_is(given, "\"constant\"") ? "constant"
                                                           : NULL;
    int64_t sides[4];
    if (!mode || !dn_script_is_value(call, 0) || !dn_script_integers(call, 1, 4, NULL, sides) ||
        !dn_script_is_number(call, type ? 2 : 3, 0, 0))
        return DN_OK;
    const int64_t pads[] = {0, 0, sides[2], sides[0], 0, 0, sides[3], sides[1]};
    DN_TRY(dn_script_add(call, "Pad", 1, made));
    DN_TRY(dn_frozen_integers(call->g, "pads", pads, 8));
    return dn_frozen_text(call->g, "mode", mode);
}
