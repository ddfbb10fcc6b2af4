/* SPDX-License-Identifier: MIT */
/* The numbers with which a network computes in bytes, of the distributions of its maps. */
#include "base/arithmetic.h"
#include "base/memory.h"
#include "quantise/quantiser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A convolution's input: its channels, and the range of the bytes that stand for it. */
typedef struct reader {
    const dn_quantiser *q;
    const dn_node *node;
    dn_node_quantisation *numbers;
    dn_range_part *parts; /* of its channels */
    bool activated;       /* it reads nothing below 0 */
} reader;

static size_t weights_per_output(const dn_node *node)
{
    int kernel = dn_node_kernel(node);
    return (size_t)node->in * (size_t)(kernel * kernel);
}

static const float *weights_of(const reader *r)
{
    return r->q->exact + r->q->model->layout.slots[r->node->weight].offset;
}

/* The sum of squares of the weights that read a channel. */
static double importance(const reader *r, int channel)
{
    size_t area = weights_per_output(r->node) / (size_t)r->node->in;
    const float *weights = weights_of(r);
    double sum = 0;
    for (int n = 0; n < r->node->out; n++) {
        const float *window = weights + ((size_t)n * (size_t)r->node->in + (size_t)channel) * area;
        for (size_t i = 0; i < area; i++)
            sum += (double)window[i] * (double)window[i];
    }
    return sum;
}

static void describe_channels(reader *r)
{
    int source = r->node->source;
    bool folded = source != DN_NONE && dn_is_activated(&r->q->graph.maps[source]);
    r->activated = source != DN_NONE && !r->node->linear;
    for (int c = 0; c < r->node->in; c++) {
        dn_range_part *part = &r->parts[c];
        *part = (dn_range_part){&r->q->pictures, 1, 0, importance(r, c)};
        if (source != DN_NONE)
            part->histogram = dn_distribution(r->q, source, c);
        if (source == DN_NONE || folded)
            continue;
        dn_line norm = dn_norm_of(r->q->model, r->node, c);
        part->scale = norm.scale;
        part->shift = norm.shift;
    }
}

/* Channels of which each has bytes of its own, from 0 to `high`: as far as its own range
 * reaches, and in part as all together do, which spares weights the differences. */
#define OWN_SHARE 0.5

static void choose_scales(const dn_range_rule *rule, const dn_range_part *parts, int count,
                          float *scale)
{
    dn_range all = dn_choose_common_range(rule, parts, count, true);
    for (int c = 0; c < count; c++) {
        double own = dn_choose_common_range(rule, &parts[c], 1, true).high;
        own = fmin(fmax(own, 1e-3 * all.high), all.high);
        scale[c] = (float)(all.high * pow(own / all.high, OWN_SHARE) / 255);
    }
}

/* Pictures are bytes most often, of which all should be kept apart. */
static void choose_input(reader *r)
{
    if (r->activated) {
        choose_scales(&r->q->rule, r->parts, r->node->in, r->numbers->input_scale);
        return;
    }
    dn_range_rule rule = r->q->rule;
    if (r->node->source == DN_NONE)
        rule.method = DN_RANGE_MINMAX;
    dn_range range = dn_choose_common_range(&rule, r->parts, r->node->in, false);
    double scale = (range.high - range.low) / 255;
    for (int c = 0; c < r->node->in; c++)
        r->numbers->input_scale[c] = (float)scale;
    r->numbers->input_zero = (float)nearbyint(-range.low / scale);
}

/* ---- weights ---- */

/* Fractions of an output's largest weight that are tried as the largest. */
#define TRIALS 40
#define SMALLEST 0.5

/* An output's weights in units of its input's bytes, `count` of them. */
static double rounding_error(const double *weights, size_t count, double scale)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double rounded = fmin(fmax(nearbyint(weights[i] / scale), -127), 127) * scale;
        sum += (weights[i] - rounded) * (weights[i] - rounded);
    }
    return sum;
}

static double choose_scale(const dn_range_rule *rule, const double *weights, size_t count)
{
    double most = 0, best, least = INFINITY;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs(weights[i]));
    best = most > 0 ? most / 127 : 1;
    for (int trial = 0; rule->method == DN_RANGE_MSE && most > 0 && trial <= TRIALS; trial++) {
        double scale = (1 - (1 - SMALLEST) * trial / TRIALS) * most / 127;
        double error = rounding_error(weights, count, scale);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    return (double)(float)best;
}

typedef struct rounding {
    dn_part_means *means; /* of the input's channels */
    double *units;        /* an output's weights */
    float *rounded;       /* all weights */
} rounding;

/* Rounds an output's weights, and makes up on average for what that takes from its sum. */
static void round_output(const reader *r, int n, const rounding *to)
{
    size_t count = weights_per_output(r->node), area = count / (size_t)r->node->in;
    const float *weights = weights_of(r) + (size_t)n * count, *unit = r->numbers->input_scale;
    float *rounded = to->rounded + (size_t)n * count;
    for (size_t i = 0; i < count; i++)
        to->units[i] = (double)weights[i] * (double)unit[i / area];
    double scale = choose_scale(&r->q->rule, to->units, count), missing = 0;
    r->numbers->weight_scale[n] = (float)scale;
    for (size_t i = 0; i < count; i++) {
        double whole = fmin(fmax(nearbyint(to->units[i] / scale), -127), 127);
        double value = whole * scale / (double)unit[i / area];
        const dn_part_means *mean = &to->means[i / area];
        rounded[i] = (float)value;
        missing += (double)weights[i] * mean->exact - value * mean->rounded;
    }
    r->numbers->bias[n] = (float)missing;
}

static dn_status round_all(const reader *r, const rounding *to)
{
    const float *unit = r->numbers->input_scale;
    for (int c = 0; c < r->node->in; c++)
        to->means[c] = dn_mean_of_part(&r->parts[c], r->activated, (double)unit[c],
                                       (int)r->numbers->input_zero);
    for (int n = 0; n < r->node->out; n++)
        round_output(r, n, to);
    return dn_model_set_tensor(r->q->model, r->node->weight, to->rounded,
                               (size_t)r->node->out * weights_per_output(r->node));
}

static dn_status round_weights(const reader *r)
{
    size_t count = weights_per_output(r->node);
    rounding to = {0};
    dn_status status = dn_calloc((size_t)r->node->in, sizeof *to.means, &to.means);
    if (status == DN_OK)
        status = dn_calloc(count, sizeof *to.units, &to.units);
    if (status == DN_OK)
        status = dn_calloc((size_t)r->node->out * count, sizeof *to.rounded, &to.rounded);
    if (status == DN_OK)
        status = round_all(r, &to);
    free(to.means);
    free(to.units);
    free(to.rounded);
    return status;
}

static dn_status keep_weights(const reader *r)
{
    for (int n = 0; n < r->node->out; n++)
        r->numbers->weight_scale[n] = 1;
    return dn_model_set_tensor(r->q->model, r->node->weight, weights_of(r),
                               (size_t)r->node->out * weights_per_output(r->node));
}

/* ---- what a convolution makes ---- */

/* Activated maps, of whose channels errors count by the weights that read them. */
static dn_status choose_activated(const dn_quantiser *q, const dn_node *node,
                                  dn_node_quantisation *numbers)
{
    const dn_node *next = &q->graph.nodes[q->graph.maps[node->target].last_reader];
    reader r = {.q = q, .node = next};
    DN_TRY(dn_calloc((size_t)node->out, sizeof *r.parts, &r.parts));
    for (int c = 0; c < node->out; c++) {
        double weight = next->weight == DN_NONE ? 1 : importance(&r, c);
        r.parts[c] = (dn_range_part){dn_distribution(q, node->target, c), 1, 0, weight};
    }
    choose_scales(&q->rule, r.parts, node->out, numbers->scale);
    free(r.parts);
    return DN_OK;
}

static void choose_own(const dn_quantiser *q, const dn_node *node, dn_node_quantisation *numbers)
{
    for (int c = 0; c < node->out; c++) {
        dn_range range =
            dn_choose_range(&q->rule, dn_distribution(q, node->target, node->target_channel + c));
        numbers->scale[c] = (float)((range.high - range.low) / 255);
        numbers->offset[c] = (float)range.low;
    }
}

static dn_status choose_node(const dn_quantiser *q, dn_quantisation *quantisation, int number)
{
    const dn_node *node = &q->graph.nodes[number];
    dn_node_quantisation *numbers = &quantisation->nodes[number];
    if (dn_is_activated(&q->graph.maps[node->target]))
        DN_TRY(choose_activated(q, node, numbers));
    else
        choose_own(q, node, numbers);
    reader r = {.q = q, .node = node, .numbers = numbers};
    DN_TRY(dn_calloc((size_t)node->in, sizeof *r.parts, &r.parts));
    describe_channels(&r);
    bool folded = node->source != DN_NONE && dn_is_activated(&q->graph.maps[node->source]);
    if (folded)
        memcpy(numbers->input_scale,
               quantisation->nodes[q->graph.maps[node->source].first_writer].scale,
               (size_t)node->in * sizeof(float));
    else
        choose_input(&r);
    dn_status status = numbers->kept ? keep_weights(&r) : round_weights(&r);
    free(r.parts);
    return status;
}

dn_status dn_choose_numbers(const dn_quantiser *q, dn_quantisation *quantisation)
{
    for (int i = 0; i < q->graph.pool_node; i++)
        if (dn_is_quantised(&q->graph.nodes[i]))
            DN_TRY(choose_node(q, quantisation, i));
    return DN_OK;
}
