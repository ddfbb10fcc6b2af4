/* SPDX-License-Identifier: MIT */
/* All is computed in double and rounded once, so that every machine finds the same numbers. */
#include "inference/prepare_bytes.h"

#include "base/arithmetic.h"
#include "network/norm_line.h"

#include <math.h>
#include <string.h>

/* ---- what bytes stand for ---- */

static void copy_values(dn_prepared_values *to, int channel, const float *scale,
                        const float *offset, int count)
{
    memcpy(to->scale + channel, scale, (size_t)count * sizeof(float));
    memcpy(to->offset + channel, offset, (size_t)count * sizeof(float));
}

/* A stem's activation, pooled or not, makes the bytes that it reads. */
static void fill_values(dn_prepared *prepared)
{
    const dn_quantisation *quantisation = prepared->model->quantisation;
    for (int i = 0; i < prepared->graph.pool_node; i++) {
        const dn_node *node = &prepared->graph.nodes[i];
        const dn_node_quantisation *numbers = &quantisation->nodes[i];
        dn_prepared_values *to = &prepared->values[node->target];
        if (dn_is_quantised(node)) {
            copy_values(to, node->target_channel, numbers->scale, numbers->offset, node->out);
        } else {
            const dn_prepared_values *from = &prepared->values[node->source];
            copy_values(to, node->target_channel, from->scale, from->offset, node->out);
        }
    }
}

void dn_prepare_values(dn_packer *p, dn_prepared *prepared)
{
    const dn_graph *graph = &prepared->graph;
    for (int i = 0; i < graph->map_count; i++) {
        size_t bytes = (size_t)graph->maps[i].channels * sizeof(float);
        prepared->values[i].scale = dn_packer_take(p, bytes);
        prepared->values[i].offset = dn_packer_take(p, bytes);
    }
    if (p->base)
        fill_values(prepared);
}

/* ---- norms ---- */

/* A node's norm as a line from the byte that it reads. */
static dn_line norm_of_bytes(const dn_prepared *prepared, const dn_node *node, int channel)
{
    const dn_prepared_values *values = &prepared->values[node->source];
    dn_line norm = dn_norm_of(prepared->model, node, channel);
    norm.shift += norm.scale * (double)values->offset[channel];
    norm.scale *= (double)values->scale[channel];
    return norm;
}

static dn_affine float_norm(dn_packer *p, const dn_prepared *prepared, const dn_node *node)
{
    size_t bytes = (size_t)node->in * sizeof(float);
    float *scale = dn_packer_take(p, bytes), *shift = dn_packer_take(p, bytes);
    for (int c = 0; scale && c < node->in; c++) {
        dn_line norm = norm_of_bytes(prepared, node, c);
        scale[c] = (float)norm.scale;
        shift[c] = (float)norm.shift;
    }
    return (dn_affine){.scale = scale, .shift = shift, .linear = node->linear};
}

/* The same line to the byte that the convolution multiplies. A channel that is 0 for every byte has
 * no say in how many bits the others get. */
static dn_line fixed_line(const dn_prepared *prepared, int number, int channel)
{
    const dn_node_quantisation *numbers = &prepared->model->quantisation->nodes[number];
    dn_line norm = norm_of_bytes(prepared, &prepared->graph.nodes[number], channel);
    norm.scale /= (double)numbers->input_scale[channel];
    norm.shift = norm.shift / (double)numbers->input_scale[channel] + (double)numbers->input_zero;
    if (norm.shift <= 0 && norm.shift + 255 * norm.scale <= 0)
        return (dn_line){0, 0};
    return norm;
}

/* A NaN, of weights that hold one, becomes 0. */
static int16_t to_short(double value)
{
    if (isnan(value))
        return 0;
    return (int16_t)lrint(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

/* Factors and terms end in zeros, as far as the widest vectors reach. */
static dn_fixed fixed_norm(dn_packer *p, const dn_prepared *prepared, int number)
{
    const dn_node *node = &prepared->graph.nodes[number];
    size_t bytes = ((size_t)node->in + 2 * DN_MAX_LANES) * sizeof(int16_t);
    int16_t *factor = dn_packer_take(p, bytes), *term = dn_packer_take(p, bytes);
    dn_fixed fixed = {factor, term, DN_FIXED_BITS};
    if (!factor)
        return fixed;
    double widest = 0;
    for (int c = 0; c < node->in; c++) {
        dn_line norm = fixed_line(prepared, number, c);
        widest = fmax(widest, fmax(256 * fabs(norm.scale), fabs(norm.shift)));
    }
    while (fixed.bits > 0 && ldexp(widest, fixed.bits) > INT16_MAX)
        fixed.bits--;
    memset(factor, 0, bytes);
    memset(term, 0, bytes);
    for (int c = 0; c < node->in; c++) {
        dn_line norm = fixed_line(prepared, number, c);
        factor[c] = to_short(ldexp(norm.scale, fixed.bits + 8));
        term[c] = to_short(ldexp(norm.shift, fixed.bits));
    }
    return fixed;
}

/* ---- products ---- */

/* The sum of an output's weights, as they are laid out. */
static double weight_sum(const dn_prepared *prepared, int number, int output)
{
    const dn_node *node = &prepared->graph.nodes[number];
    const dn_prepared_node *own = &prepared->nodes[number];
    int kernel = dn_node_kernel(node);
    size_t area = (size_t)(kernel * kernel), count = (size_t)node->in * area;
    const float *weight = prepared->model->tensors[node->weight] + (size_t)output * count;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        float laid_out = weight[i] * own->factors[output] * own->channel_factors[i / area];
        sum += own->kept ? (double)laid_out : dn_weight_byte(laid_out);
    }
    return sum;
}

/* A product becomes a byte: (norm.scale * (sum * weight_scale + bias) + norm.shift - offset) /
 * scale. Of floats, all factors are the weights'. */
static void fill_products(const dn_prepared *prepared, int number, float *factors, float *rescale,
                          float *bias)
{
    const dn_node *node = &prepared->graph.nodes[number];
    const dn_maps *target = &prepared->graph.maps[node->target];
    const dn_node_quantisation *numbers = &prepared->model->quantisation->nodes[number];
    bool reads_bytes = prepared->nodes[number].channel_factors != NULL;
    double zero = reads_bytes ? (double)numbers->input_zero : 0;
    for (int n = 0; n < node->out; n++) {
        const dn_node *reader = &prepared->graph.nodes[target->last_reader];
        dn_line norm =
            dn_is_activated(target) ? dn_norm_of(prepared->model, reader, n) : (dn_line){1, 0};
        double unit = (double)numbers->scale[n], weight = (double)numbers->weight_scale[n];
        factors[n] = (float)(numbers->kept ? norm.scale / unit : 1 / weight);
        rescale[n] = numbers->kept ? 1 : (float)(norm.scale * weight / unit);
        double shift = norm.scale * (double)numbers->bias[n] + norm.shift;
        shift = (shift - (double)numbers->offset[n]) / unit;
        if (zero > 0)
            shift -= (double)rescale[n] * zero * weight_sum(prepared, number, n);
        bias[n] = (float)shift;
    }
}

void dn_prepare_bytes(dn_packer *p, dn_prepared *prepared, int number)
{
    const dn_node *node = &prepared->graph.nodes[number];
    const dn_node_quantisation *numbers = &prepared->model->quantisation->nodes[number];
    dn_prepared_node *to = &prepared->nodes[number];
    if (node->norm != DN_NONE && !dn_is_activated(&prepared->graph.maps[node->source])) {
        to->norm = float_norm(p, prepared, node);
        if (dn_is_quantised(node))
            to->norm.fixed = fixed_norm(p, prepared, number);
    }
    if (!dn_is_quantised(node))
        return;
    size_t bytes = (size_t)node->out * sizeof(float);
    float *factors = dn_packer_take(p, bytes), *rescale = dn_packer_take(p, bytes),
          *bias = dn_packer_take(p, bytes);
    to->factors = factors;
    to->rescale = rescale;
    to->bias = bias;
    to->kept = numbers->kept;
    bool reads_floats = to->kept && node->kind == DN_NODE_POINTWISE; /* which its norm makes */
    if (!reads_floats)
        to->channel_factors = numbers->input_scale;
    if (factors)
        fill_products(prepared, number, factors, rescale, bias);
}
