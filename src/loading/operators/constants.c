/* SPDX-License-Identifier: MIT */
#include "loading/operators/constants.h"

#include "loading/operators/arrays.h"
#include "loading/operators/constant_steps.h"

#include <string.h>

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
        return dn_constant_list(w, value->integer_count, value->integers, out);
    if ((value = dn_operator_attribute(item, "value_floats")))
        return vector_of_floats(w, value->real_count, value->reals, out);
    if ((value = dn_operator_attribute(item, "value_int"))) {
        DN_TRY(dn_constant_list(w, 1, &value->integer, out));
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

/* ---------------------------------------------------------------------------- */

static const struct {
    const char *type;
    dn_constant_operation *compute;
} operations[] = {
    {"Constant", compute_constant},
    {"Identity", compute_identity},
    {"Dropout", compute_identity},
    {"Unsqueeze", dn_compute_unsqueeze},
    {"Squeeze", dn_compute_squeeze},
    {"Reshape", dn_compute_reshape},
    {"Transpose", dn_compute_transpose},
    {"Cast", dn_compute_cast},
    {"Add", dn_compute_arithmetic},
    {"Sub", dn_compute_arithmetic},
    {"Mul", dn_compute_arithmetic},
    {"Div", dn_compute_arithmetic},
    {"Gather", dn_compute_gather},
    {"Concat", dn_compute_concat},
    {"Slice", dn_compute_slice},
    {"DequantizeLinear", dn_compute_dequantise},
    {"ConstantOfShape", dn_compute_filled},
    {"Shape", dn_compute_shape},
    {"Expand", dn_compute_expand},
    {"CastLike", compute_identity},
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
    int rank = 4;
    if (of->kind == DN_KNOWN_MAPS)
        sizes[1] = of->channels;
    if (of->kind == DN_KNOWN_VECTOR) {
        sizes[1] = of->head->width;
        rank = of->head->rank;
    }
    for (int d = 0; d < 2 && of->kind == DN_KNOWN_MAPS; d++) {
        int size = d ? of->width : of->height;
        sizes[2 + d] = size ? size : DN_UNKNOWN_SIZE;
    }
    for (int d = 0; d < 2 && of->kind == DN_KNOWN_VECTOR && rank == 4; d++)
        sizes[2 + d] = 1;
    const dn_tensor *tensor;
    DN_TRY(dn_constant_sizes(w, item, rank, sizes, &tensor));
    return set_constant(w, tensor, out);
}
