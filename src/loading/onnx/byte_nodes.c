/* SPDX-License-Identifier: MIT */
/*
 * A quantised network before its head, as QuantizeLinear and DequantizeLinear behind what is
 * computed. Bytes have scales of their channels here, and engines multiply only those that have
 * one scale: so all values are in units of the bytes that stand for them, scales are 1, and the
 * norms and weights that make and read them have what is left. Of maps that no ReLU came before,
 * the byte 128 is 0: one that begins at 0 would say that there was one.
 */
#include "loading/onnx/graph_draft.h"
#include "network/norm_line.h"

#define BYTE_MOST 255
#define MIDDLE 128
#define NO_EPSILON 1e-12 /* beside a variance of 1 */
#define WHOLE_MOST 127
#define BIAS_MOST 0x40000000

static const dn_onnx_shape scalar = {0};

static const dn_node_quantisation *numbers_of(const dn_graph_draft *d, int number)
{
    return &d->model->quantisation->nodes[number];
}

/* Names of the scale and zero that bytes have. */
typedef struct byte_range {
    const char *scale, *zero;
} byte_range;

static byte_range plain_range(void)
{
    return (byte_range){"one", "zero"};
}

/* What bytes hold of numbers, as numbers. */
static const char *through_bytes(const dn_graph_draft *d, const char *x, byte_range range)
{
    const char *bytes = dn_onnx_ternary(d->to, "QuantizeLinear", dn_onnx_text(d->to, "%s.bytes", x),
                                        x, range.scale, range.zero);
    return dn_onnx_ternary(d->to, "DequantizeLinear", dn_onnx_text(d->to, "%s.held", x), bytes,
                           range.scale, range.zero);
}

/* What a convolution multiplies: one scale, of pictures, or 1. */
static byte_range input_range(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_node_quantisation *numbers = numbers_of(d, number);
    const char *name = dn_module_name(d, &node->key, DN_PART_CONV);
    byte_range range = plain_range();
    double zero = (double)numbers->input_zero;
    if (zero > 0)
        range.zero =
            dn_onnx_whole(d->to, dn_onnx_text(d->to, "%s.input_zero", name), DN_U8, &scalar, &zero);
    if (node->source == DN_NONE)
        range.scale = dn_onnx_floats(d->to, dn_onnx_text(d->to, "%s.input_scale", name), DN_F32,
                                     &scalar, numbers->input_scale);
    return range;
}

/* ---- norms ---- */

/* The norm of the bytes that some writer put into a node's maps, over `unit` of each channel. */
static void fill_norm(const dn_graph_draft *d, const dn_node *node, const dn_node *writer,
                      const float *unit)
{
    bool passes = writer->kind == DN_NODE_ACTIVATION;
    int maker =
        passes ? d->graph->maps[writer->source].first_writer : (int)(writer - d->graph->nodes);
    const dn_node_quantisation *made = numbers_of(d, maker);
    float *scale = d->floats, *shift = scale + node->in;
    for (int i = 0; i < writer->out; i++) {
        int c = writer->target_channel + i;
        dn_line norm = dn_norm_of(d->model, node, c);
        double over = unit ? (double)unit[c] : 1;
        double offset = (double)made->offset[i] + (passes ? 0 : MIDDLE) * (double)made->scale[i];
        scale[c] = (float)(norm.scale * (double)made->scale[i] / over);
        shift[c] = (float)((norm.shift + norm.scale * offset) / over);
    }
}

static const char *norm_bytes(const dn_graph_draft *d, int number, const char *x, const float *unit)
{
    const dn_node *node = &d->graph->nodes[number];
    for (const dn_node *writer = d->graph->nodes; writer < node; writer++)
        if (writer->target == node->source)
            fill_norm(d, node, writer, unit);
    float *mean = d->floats + 2 * node->in, *variance = mean + node->in;
    for (int c = 0; c < node->in; c++) {
        mean[c] = 0;
        variance[c] = 1;
    }
    return dn_add_norm_of(d, node, x, d->floats, NO_EPSILON);
}

/* The mean of four is of what a byte can be. */
static const char *clip(const dn_graph_draft *d, const dn_node *node, const char *x, float zero)
{
    const char *name = dn_relu_name(d, node);
    float least = -zero, most = BYTE_MOST - zero;
    return dn_onnx_ternary(
        d->to, "Clip", name, x,
        dn_onnx_floats(d->to, dn_onnx_text(d->to, "%s.min", name), DN_F32, &scalar, &least),
        dn_onnx_floats(d->to, dn_onnx_text(d->to, "%s.max", name), DN_F32, &scalar, &most));
}

/* What a convolution reads, as floats that are whole numbers of its bytes' units. */
static const char *read_input(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_node_quantisation *numbers = numbers_of(d, number);
    const char *x = dn_read_pieces(d, number);
    if (node->source == DN_NONE)
        return through_bytes(d, x, input_range(d, number));
    if (dn_is_activated(&d->graph->maps[node->source]))
        return x;
    bool floats = numbers->kept && node->kind == DN_NODE_POINTWISE;
    x = norm_bytes(d, number, x, floats ? NULL : numbers->input_scale);
    if (node->pools && !floats)
        x = clip(d, node, x, numbers->input_zero);
    else if (!node->linear)
        x = dn_onnx_unary(d->to, "Relu", dn_relu_name(d, node), x);
    if (node->pools)
        x = dn_add_transition_pool(d, node, x);
    return floats ? x : through_bytes(d, x, input_range(d, number));
}

/* ---- convolutions ---- */

/* A product becomes what stands for a byte of what the node makes: factor * product + term. */
static dn_line output_line(const dn_graph_draft *d, int number, int n)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_maps *target = &d->graph->maps[node->target];
    const dn_node_quantisation *numbers = numbers_of(d, number);
    bool activated = dn_is_activated(target);
    dn_line norm = {1, 0};
    if (activated)
        norm = dn_norm_of(d->model, &d->graph->nodes[target->last_reader], n);
    double unit = (double)numbers->scale[n];
    double shift = norm.scale * (double)numbers->bias[n] + norm.shift - (double)numbers->offset[n];
    return (dn_line){norm.scale / unit, shift / unit - (activated ? 0 : MIDDLE)};
}

/* What a number of the input's channel is worth in units of what the convolution is given. */
static double input_unit(const dn_graph_draft *d, int number, int channel)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_node_quantisation *numbers = numbers_of(d, number);
    bool floats = numbers->kept && node->kind == DN_NODE_POINTWISE;
    return node->source == DN_NONE || floats ? 1 : (double)numbers->input_scale[channel];
}

static const char *add_kept(const dn_graph_draft *d, int number, const char *x)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_slot *slot = &d->model->layout.slots[node->weight];
    const float *weight = d->model->tensors[node->weight];
    size_t area = (size_t)slot->shape[2] * (size_t)slot->shape[3];
    float *to = d->floats, *bias = to + slot->count;
    for (int n = 0; n < node->out; n++) {
        dn_line line = output_line(d, number, n);
        bias[n] = (float)line.shift;
        for (int c = 0; c < node->in; c++)
            for (size_t i = 0; i < area; i++)
                *to++ = (float)(line.scale * (double)*weight++ * input_unit(d, number, c));
    }
    return dn_add_biased_conv(d, number, x, d->floats, bias);
}

static double whole(double value, double most)
{
    return fmin(fmax(nearbyint(value), -most), most);
}

/* An output's weights and its bias as whole numbers of a scale, which is positive, if need be by
 * turning their signs, and wide enough for the bias. Returns the scale. */
static float round_output(const dn_graph_draft *d, int number, int n, double *weights, double *bias)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_node_quantisation *numbers = numbers_of(d, number);
    size_t area = (size_t)(dn_node_kernel(node) * dn_node_kernel(node));
    size_t count = area * (size_t)node->in;
    const float *from = d->model->tensors[node->weight] + (size_t)n * count;
    double input = node->source == DN_NONE ? (double)numbers->input_scale[0] : 1;
    double own = (double)numbers->weight_scale[n];
    dn_line line = output_line(d, number, n);
    double factor = line.scale * own / input;
    double wide = fmax(fabs(factor), fabs(line.shift) / input / BIAS_MOST);
    float scale = wide > 0 ? (float)wide : 1;
    double turn = fabs(factor) < wide ? factor / wide : factor < 0 ? -1 : 1;
    for (size_t i = 0; i < count; i++) {
        double unit = (double)numbers->input_scale[i / area];
        weights[i] = whole(whole((double)from[i] * unit / own, WHOLE_MOST) * turn, WHOLE_MOST);
    }
    *bias = whole(line.shift / (input * (double)scale), BIAS_MOST);
    return scale;
}

/* Initialisers of whole numbers and their scales, and the node that makes floats of them. */
static const char *add_scaled(const dn_graph_draft *d, const char *name, dn_dtype dtype,
                              const dn_onnx_shape *shape, const double *numbers,
                              const float *scales)
{
    dn_onnx_shape vector = {1, {shape->sides[0]}};
    const double *zeros = d->zeros;
    const char *const inputs[] = {
        dn_onnx_whole(d->to, name, dtype, shape, numbers),
        dn_onnx_floats(d->to, dn_onnx_text(d->to, "%s.steps", name), DN_F32, &vector, scales),
        dn_onnx_whole(d->to, dn_onnx_text(d->to, "%s.zeros", name), dtype, &vector, zeros)};
    const char *made =
        dn_onnx_node(d->to, "DequantizeLinear", dn_onnx_text(d->to, "%s.floats", name), inputs, 3);
    dn_onnx_int(d->to, "axis", 0);
    return made;
}

static const char *add_whole(const dn_graph_draft *d, int number, const char *x)
{
    const dn_node *node = &d->graph->nodes[number];
    const dn_slot *slot = &d->model->layout.slots[node->weight];
    double *weights = d->whole, *bias = weights + slot->count;
    float *scales = d->floats, *products = scales + node->out;
    double input = node->source == DN_NONE ? (double)numbers_of(d, number)->input_scale[0] : 1;
    for (int n = 0; n < node->out; n++) {
        size_t count = slot->count / (size_t)node->out;
        scales[n] = round_output(d, number, n, weights + (size_t)n * count, &bias[n]);
        products[n] = (float)(input * (double)scales[n]);
    }
    dn_onnx_shape shape = {4, {node->out, node->in, slot->shape[2], slot->shape[3]}};
    dn_onnx_shape vector = {1, {node->out}};
    const char *name = dn_module_name(d, &node->key, DN_PART_CONV);
    const char *weight =
        add_scaled(d, d->model->names[node->weight], DN_I8, &shape, weights, scales);
    return dn_add_conv(
        d, number, x, weight,
        add_scaled(d, dn_onnx_text(d->to, "%s.bias", name), DN_I32, &vector, bias, products));
}

static const char *add_node(const dn_graph_draft *d, int number)
{
    const dn_node *node = &d->graph->nodes[number];
    if (node->kind == DN_NODE_ACTIVATION) {
        const char *maps = dn_read_pieces(d, number);
        return node->pools ? dn_add_stem_pool(d, node, maps) : maps;
    }
    const dn_maps *target = &d->graph->maps[node->target];
    const char *x = read_input(d, number);
    x = numbers_of(d, number)->kept ? add_kept(d, number, x) : add_whole(d, number, x);
    if (!dn_is_activated(target))
        return through_bytes(d, x, (byte_range){"one", "middle"});
    x = dn_onnx_unary(d->to, "Relu", dn_relu_name(d, &d->graph->nodes[target->last_reader]), x);
    return through_bytes(d, x, plain_range());
}

const char *dn_add_byte_nodes(const dn_graph_draft *d)
{
    int pool = d->graph->pool_node;
    const float one = 1;
    const double zero = 0, middle = MIDDLE;
    dn_onnx_floats(d->to, "one", DN_F32, &scalar, &one);
    dn_onnx_whole(d->to, "zero", DN_U8, &scalar, &zero);
    dn_onnx_whole(d->to, "middle", DN_U8, &scalar, &middle);
    for (int i = 0; i < pool; i++)
        d->values[i] = add_node(d, i);
    const dn_node *last = &d->graph->nodes[pool];
    const char *x = norm_bytes(d, pool, dn_read_pieces(d, pool), NULL);
    return last->linear ? x : dn_onnx_unary(d->to, "Relu", dn_relu_name(d, last), x);
}
