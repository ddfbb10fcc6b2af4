/* SPDX-License-Identifier: MIT */
/* Which operators a DenseNet has, and of what. */
#include "loading/operators/blur.h"
#include "loading/operators/bytes_steps.h"
#include "loading/operators/constants.h"
#include "loading/operators/convs.h"
#include "loading/operators/head_steps.h"
#include "loading/operators/map_order.h"
#include "loading/operators/picture_steps.h"

#include <string.h>

static dn_status pass(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    *out = dn_walk_input(w, item, 0);
    return DN_OK;
}

/* To another floating-point type; whole numbers would lose what the network computes with. */
static dn_status cast(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    enum { FLOAT = 1, FLOAT16 = 10, DOUBLE = 11, BFLOAT16 = 16 }; /* of onnx.TensorProto */
    int64_t to = dn_walk_integer(item, "to", 0);
    if (to != FLOAT && to != FLOAT16 && to != DOUBLE && to != BFLOAT16)
        return dn_walk_depart(w, item, out, "makes numbers of the type %lld, which is no float",
                              (long long)to);
    return pass(w, item, out);
}

/* To the type of the second operand. */
static dn_status cast_like(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *like = dn_walk_input(w, item, 1);
    const dn_tensor *constant = dn_walk_constant(w, item, 1);
    bool is_float = constant ? dn_dtype_is_float(constant->dtype)
                             : like && !(like->kind == DN_KNOWN_PICTURE && like->picture->bytes);
    if (!is_float)
        return dn_walk_depart(w, item, out, "makes numbers of a type that is no float");
    return pass(w, item, out);
}

static const struct {
    const char *type;
    dn_walk_operation *of_picture, *of_maps, *of_vector;
} operations[] = {
    {"Conv", dn_conv, dn_conv, dn_conv},
    {"QLinearConv", dn_bytes_conv, dn_bytes_conv, dn_bytes_conv},
    {"BatchNormalization", NULL, dn_maps_norm, dn_head_norm},
    {"Relu", NULL, dn_maps_relu, dn_head_relu},
    {"Concat", NULL, dn_maps_concat, dn_head_concat},
    {"MaxPool", NULL, dn_head_max_pool, NULL},
    {"AveragePool", NULL, dn_head_mean_pool, NULL},
    {"GlobalAveragePool", NULL, dn_head_global, NULL},
    {"GlobalMaxPool", NULL, dn_head_global, NULL},
    {"ReduceMean", NULL, dn_head_reduce, NULL},
    {"Pad", dn_conv_pad, dn_conv_pad, NULL},
    {"Add", dn_picture_arithmetic, dn_maps_arithmetic, dn_head_arithmetic},
    {"Sub", dn_picture_arithmetic, dn_maps_arithmetic, dn_head_arithmetic},
    {"Mul", dn_picture_arithmetic, dn_maps_arithmetic, dn_head_arithmetic},
    {"Div", dn_picture_arithmetic, dn_maps_arithmetic, dn_head_arithmetic},
    {"Transpose", dn_picture_transpose, NULL, NULL},
    {"Gather", dn_picture_gather, NULL, NULL},
    {"Flatten", NULL, NULL, dn_head_flatten},
    {"Reshape", NULL, NULL, dn_head_flatten},
    {"Squeeze", NULL, NULL, dn_head_flatten},
    {"Gemm", NULL, NULL, dn_head_gemm},
    {"MatMul", NULL, NULL, dn_head_matmul},
    {"QLinearMatMul", NULL, NULL, dn_bytes_matmul},
    {"QGemm", NULL, NULL, dn_bytes_gemm},
    {"QLinearConcat", NULL, dn_maps_concat, NULL},
    {"QLinearAveragePool", NULL, dn_head_mean_pool, NULL},
    {"QLinearGlobalAveragePool", NULL, dn_head_global, NULL},
    {"Softmax", NULL, NULL, dn_head_end},
    {"LogSoftmax", NULL, NULL, dn_head_end},
    {"Sigmoid", NULL, NULL, dn_head_end},
    {"QuantizeLinear", dn_bytes_quantise, dn_bytes_quantise, dn_bytes_quantise},
    {"DequantizeLinear", dn_bytes_quantise, dn_bytes_quantise, dn_bytes_quantise},
    {"Shape", dn_constant_shape, dn_constant_shape, dn_constant_shape},
    {"Identity", pass, pass, pass},
    {"Dropout", pass, pass, pass},
    {"Cast", cast, cast, cast},
    {"CastLike", cast_like, cast_like, cast_like},
};

/* What lies between the maxima and the filter of a stem that blurs. */
static const struct {
    const char *type;
    dn_walk_operation *of_maxima;
} blur_operations[] = {
    {"Pad", dn_blur_pad}, {"Conv", dn_blur_conv},       {"Identity", pass},
    {"Cast", cast},       {"Shape", dn_constant_shape}, {"CastLike", cast_like},
};

/* The first operand that is no constant, and the fault among the operands that came first. */
static void look_at_inputs(const dn_walk *w, const dn_operator *item, const dn_known **operand,
                           const dn_known **fault)
{
    *operand = *fault = NULL;
    for (int i = 0; i < item->input_count; i++) {
        const dn_known *known = dn_walk_input(w, item, i);
        if (!known || known->kind == DN_KNOWN_CONSTANT)
            continue;
        if (known->kind == DN_KNOWN_FAULT &&
            (!*fault || known->fault_place < (*fault)->fault_place))
            *fault = known;
        *operand = *operand ? *operand : known;
    }
}

static dn_walk_operation *find(const dn_operator *item, dn_known_kind kind, bool *known)
{
    *known = false;
    for (size_t i = 0; i < sizeof blur_operations / sizeof *blur_operations; i++)
        if (kind == DN_KNOWN_MAXIMA && strcmp(blur_operations[i].type, item->type) == 0)
            return blur_operations[i].of_maxima;
    for (size_t i = 0;
         kind != DN_KNOWN_MAXIMA && i < sizeof operations / sizeof *operations && !*known; i++)
        if (strcmp(operations[i].type, item->type) == 0) {
            *known = true;
            return kind == DN_KNOWN_PICTURE ? operations[i].of_picture
                   : kind == DN_KNOWN_MAPS  ? operations[i].of_maps
                                            : operations[i].of_vector;
        }
    return NULL;
}

/* Others read what they work on first. */
static bool takes_any_order(const dn_operator *item)
{
    static const char *const types[] = {"Add",    "Sub",           "Mul",     "Div",
                                        "Concat", "QLinearConcat", "CastLike"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], item->type) == 0)
            return true;
    return false;
}

static dn_status follow(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *operand, *fault;
    bool known;
    look_at_inputs(w, item, &operand, &fault);
    *out = fault;
    if (fault && operand != fault && strcmp(item->type, "Pad") == 0)
        return dn_conv_pad(w, item, out); /* its mode says more than how its sizes came about */
    if (fault)
        return DN_OK;
    bool quantised = strcmp(item->domain, "com.microsoft") == 0 && item->type[0] == 'Q';
    if (item->domain[0] && strcmp(item->domain, "ai.onnx") != 0 && !quantised)
        return dn_walk_depart(w, item, out, "is of the domain \"%.60s\"", item->domain);
    if (!operand)
        return dn_constant_compute(w, item, out);
    dn_walk_operation *operation = find(item, operand->kind, &known);
    if (!operation && operand->kind == DN_KNOWN_MAXIMA)
        return dn_walk_depart(w, item, out, "reads maxima with stride 1, which only a blur may");
    if (!operation)
        return dn_walk_depart(w, item, out, "%s",
                              known ? "is not where a DenseNet has one"
                                    : "is no operator that a DenseNet has");
    if (!dn_walk_input(w, item, 0) ||
        (operand != dn_walk_input(w, item, 0) && !takes_any_order(item)))
        return dn_walk_depart(w, item, out, "reads constants where a DenseNet has maps");
    return operation(w, item, out);
}

/* Of an operator's outputs only the first is anything that a DenseNet uses. */
static dn_status follow_all(dn_walk *w)
{
    const dn_operators *graph = w->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const dn_operator *item = &graph->items[i];
        DN_TRY(dn_budget_take_steps(&w->file->budget, 100 + 20 * (size_t)item->input_count));
        const dn_known *made = NULL, *others = NULL;
        DN_TRY(follow(w, item, &made));
        if (item->output_count > 1)
            DN_TRY(dn_walk_depart(w, item, &others, "has a second output that is used"));
        for (int o = 0; o < item->output_count; o++)
            w->known[item->first_output + o] = o ? others : made;
    }
    return DN_OK;
}

dn_status dn_walk_run(dn_walk *w)
{
    const dn_operators *graph = w->graph;
    DN_TRY(dn_pool_alloc(&w->file->pool, graph->value_count, sizeof *w->known, &w->known));
    for (size_t i = 0; i < graph->value_count && graph->values[i].tensor; i++) {
        dn_known *made;
        DN_TRY(dn_walk_derive(w, NULL, &made));
        made->kind = DN_KNOWN_CONSTANT;
        made->constant = graph->values[i].tensor;
        w->known[i] = made;
    }
    for (int i = 0; i < graph->input_count; i++)
        DN_TRY(dn_picture_begin(w, &graph->values[graph->input + i], &w->known[graph->input + i]));
    return follow_all(w);
}
