/* SPDX-License-Identifier: MIT */
/* What comes before the first convolution and after the head. */
#include "loading/onnx/graph_draft.h"

#include <math.h>

static const dn_onnx_shape scalar = {0};

static const char *add_number(const dn_graph_draft *d, const char *name, float number)
{
    return dn_onnx_floats(d->to, name, DN_F32, &scalar, &number);
}

/* ---- before ---- */

/* An X-ray's samples are those of a mean of a half and a deviation of 1/2048, to the bit. */
static const char *add_channels(const dn_graph_draft *d, const char *name, const float *numbers,
                                float of_xrays)
{
    dn_preprocess pipeline;
    dn_model_preprocess(d->model, &pipeline);
    dn_onnx_shape shape = {4, {1, pipeline.channels, 1, 1}};
    const float same[] = {of_xrays, of_xrays, of_xrays};
    bool xray = pipeline.scaling == DN_SCALE_XRAY;
    return dn_onnx_floats(d->to, name, DN_F32, &shape, xray ? same : numbers);
}

/* The last step of dn_preprocess_run, in its order of rounding. */
static const char *add_preprocessing(const dn_graph_draft *d, const char *pictures)
{
    dn_preprocess pipeline;
    dn_model_preprocess(d->model, &pipeline);
    const char *x = dn_onnx_unary(d->to, "Cast", "preprocess.floats", pictures);
    dn_onnx_cast_to(d->to, DN_F32);
    x = dn_onnx_unary(d->to, "Transpose", "preprocess.planes", x);
    dn_onnx_ints(d->to, "perm", (int64_t[]){0, 3, 1, 2}, 4);
    x = dn_onnx_binary(d->to, "Div", "preprocess.unit", x, add_number(d, "preprocess.most", 255));
    x = dn_onnx_binary(d->to, "Sub", "preprocess.centred", x,
                       add_channels(d, "preprocess.mean", pipeline.mean, 0.5f));
    return dn_onnx_binary(d->to, "Div", "preprocess.normalised", x,
                          add_channels(d, "preprocess.std", pipeline.std, 1 / 2048.0f));
}

void dn_begin_graph(dn_graph_draft *d)
{
    int64_t channels = d->model->arch.channels, height = d->graph->height, width = d->graph->width;
    if (d->options->preprocessing) {
        static const char *const sides[] = {"batch", "height", "width", ""};
        dn_onnx_shape shape = {4, {0, height, width, channels}};
        dn_onnx_input(d->to, "pictures", DN_U8, &shape, sides);
        d->input = add_preprocessing(d, "pictures");
    } else {
        static const char *const sides[] = {"batch", "", "height", "width"};
        dn_onnx_shape shape = {4, {0, channels, height, width}};
        dn_onnx_input(d->to, "input", DN_F32, &shape, sides);
        d->input = "input";
    }
    if (d->dtype == DN_F32)
        return;
    d->input = dn_onnx_unary(d->to, "Cast", "input.half", d->input);
    dn_onnx_cast_to(d->to, d->dtype);
}

/* ---- after ---- */

static const char *add_classes(const dn_graph_draft *d, const char *name, const float *numbers)
{
    dn_onnx_shape shape = {1, {d->model->arch.classes}};
    return dn_onnx_floats(d->to, name, DN_F32, &shape, numbers);
}

/* TorchXRayVision's operating points, as in dn_model_probabilities: p / 2t below a threshold t,
 * 1 - (1 - p) / 2(1 - t) above. An output without one is always below, and 0.5. */
static void add_thresholds(const dn_graph_draft *d, const char *x)
{
    int classes = d->model->arch.classes;
    const float *thresholds = d->model->thresholds;
    float *limit = dn_onnx_memory(d->to, 4 * (size_t)classes, sizeof *limit);
    if (!limit)
        return;
    float *below = limit + classes, *term = below + classes, *above = term + classes;
    for (int i = 0; i < classes; i++) {
        bool none = isnan(thresholds[i]);
        double t = (double)thresholds[i];
        limit[i] = none ? 2 : thresholds[i];
        below[i] = none ? 0 : (float)(1 / (2 * t));
        term[i] = none ? 0.5f : 0;
        above[i] = none ? 0 : (float)(1 / (2 * (1 - t)));
    }
    const char *one = add_number(d, "threshold.one", 1);
    const char *low =
        dn_onnx_binary(d->to, "Mul", "threshold.low", x, add_classes(d, "threshold.below", below));
    low = dn_onnx_binary(d->to, "Add", "threshold.if_below", low,
                         add_classes(d, "threshold.term", term));
    const char *high = dn_onnx_binary(d->to, "Sub", "threshold.rest", one, x);
    high = dn_onnx_binary(d->to, "Mul", "threshold.high", high,
                          add_classes(d, "threshold.above", above));
    high = dn_onnx_binary(d->to, "Sub", "threshold.if_above", one, high);
    const char *is_low = dn_onnx_binary(d->to, "Less", "threshold.is_below", x,
                                        add_classes(d, "threshold.limit", limit));
    dn_onnx_ternary(d->to, "Where", "threshold.choice", is_low, low, high);
}

static void add_output(const dn_graph_draft *d, const char *name)
{
    static const char *const sides[] = {"batch", ""};
    int classes = d->model->arch.classes;
    dn_onnx_shape shape = {2, {0, classes ? classes : d->graph->nodes[d->graph->pool_node].out}};
    dn_onnx_output(d->to, name, DN_F32, &shape, sides);
}

/* What dn_model_probabilities does. From behind operating points nobody gets to the logits, and no
 * reader to the head: these are an output too then, the second. */
static void add_probabilities(const dn_graph_draft *d, const char *logits)
{
    const dn_model *model = d->model;
    const char *x = logits;
    bool labels = model->objective == DN_OBJECTIVE_LABELS, points = labels && model->thresholds;
    if (model->temperature != 1)
        x = dn_onnx_binary(d->to, "Div", "calibrated", x,
                           add_number(d, "temperature", (float)model->temperature));
    if (labels || model->arch.classes == 1) {
        x = dn_onnx_unary(d->to, "Sigmoid", "sigmoid", x);
    } else {
        x = dn_onnx_unary(d->to, "Softmax", "softmax", x);
        dn_onnx_int(d->to, "axis", 1);
    }
    if (points)
        add_thresholds(d, x);
    dn_onnx_name_output(d->to, "probabilities");
    add_output(d, "probabilities");
    if (points)
        add_output(d, logits);
}

void dn_end_graph(const dn_graph_draft *d, const char *x)
{
    const char *name = d->model->arch.classes ? "logits" : "features";
    if (d->dtype != DN_F32) {
        dn_onnx_unary(d->to, "Cast", "output.floats", x);
        dn_onnx_cast_to(d->to, DN_F32);
    }
    dn_onnx_name_output(d->to, name);
    if (d->options->probabilities)
        add_probabilities(d, name);
    else
        add_output(d, name);
}
