/* SPDX-License-Identifier: MIT */
/* The numbers with which a network computes in bytes, chosen from the distributions of its maps. */
#include "base/memory.h"
#include "quantise/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The sum of squares of the weights that read a channel. */
static double importance(const dn_reader *r, int channel)
{
    size_t area = dn_weights_per_output(r->node) / (size_t)r->node->in;
    const float *weights = dn_exact_weights(r);
    double sum = 0;
    for (int n = 0; n < r->node->out; n++) {
        const float *window = weights + ((size_t)n * (size_t)r->node->in + (size_t)channel) * area;
        for (size_t i = 0; i < area; i++)
            sum += (double)window[i] * (double)window[i];
    }
    return sum;
}

/* What a convolution reads of each channel: the channel's numbers, or the line that a norm makes
 * of them. */
static void describe_channels(dn_reader *r)
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

/* A channel's scale lies between the one that its own range needs and the one that all channels
 * need together: scales that are far apart put weights of one output far apart. This is the
 * share of its own, as an exponent. */
#define OWN_SHARE 0.5

/* How narrow a channel's own range may be, as a share of that of all. */
#define NARROWEST_OWN 1e-3

static void choose_scales(const dn_range_rule *rule, const dn_range_part *parts, int count,
                          float *scale)
{
    dn_range all = dn_choose_common_range(rule, parts, count, true);
    for (int c = 0; c < count; c++) {
        double own = dn_choose_common_range(rule, &parts[c], 1, true).high;
        own = fmin(fmax(own, NARROWEST_OWN * all.high), all.high);
        scale[c] = (float)(all.high * pow(own / all.high, OWN_SHARE) / 255);
    }
}

/* Pictures are bytes most often, all of which should be told apart: their range is the widest. */
static void choose_input(dn_reader *r)
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

/* ---- what a convolution makes ---- */

/* Activated maps, of whose channels errors count by the weights that read them. */
static dn_status choose_activated(const dn_quantiser *q, const dn_node *node,
                                  dn_node_quantisation *numbers)
{
    const dn_node *next = &q->graph.nodes[q->graph.maps[node->target].last_reader];
    dn_reader r = {.q = q, .node = next};
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
    dn_reader r = {.q = q, .node = node, .numbers = numbers};
    DN_TRY(dn_calloc((size_t)node->in, sizeof *r.parts, &r.parts));
    describe_channels(&r);
    bool folded = node->source != DN_NONE && dn_is_activated(&q->graph.maps[node->source]);
    if (folded)
        memcpy(numbers->input_scale,
               quantisation->nodes[q->graph.maps[node->source].first_writer].scale,
               (size_t)node->in * sizeof(float));
    else
        choose_input(&r);
    dn_status status = numbers->kept ? dn_keep_weights(&r) : dn_round_weights(&r);
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
