/* SPDX-License-Identifier: MIT */
#include "train/engine/batch_norm.h"

#include "base/arithmetic.h"
#include "train/engine/shared_norms.h"

#include <math.h>
#include <string.h>

#define RUNNING_MOMENTUM 0.1f

/* ---- dropout ---- */

uint64_t dn_dropout_key(const dn_engine *engine, const dn_node *node)
{
    uint64_t number = (uint64_t)(node - engine->graph.nodes) + 1;
    uint64_t key = engine->noise + 0x9e3779b97f4a7c15u * number;
    return key ^ key >> 31;
}

static void drop(const dn_engine *engine, const dn_node *node, const dn_kernels *kernels,
                 dn_map_rows rows, int first, int count)
{
    if (!node->drops || engine->options.dropout <= 0)
        return;
    double keep = 1 - engine->options.dropout;
    kernels->gradients->dropout(&(dn_dropout){.rows = rows,
                                              .count = count,
                                              .channels = node->out,
                                              .key = dn_dropout_key(engine, node),
                                              .first = (uint32_t)first,
                                              .threshold = (int32_t)(keep * 0x1p24),
                                              .scale = (float)(1 / keep)});
}

/* ---- statistics ---- */

void dn_finish_rows(const dn_engine *engine, const dn_node *node, int first, int count,
                    float *record)
{
    dn_map_rows rows = dn_value_rows(engine, node->target, node->target_channel, (size_t)first);
    drop(engine, node, engine->map_kernels, rows, first, count);
    *dn_record_pixels(record) = count;
    engine->map_kernels->gradients->statistics(
        &(dn_statistics){.input = rows,
                         .count = count,
                         .channels = node->out,
                         .mean = record + 16,
                         .deviation = record + 16 + dn_padded(node->out)});
}

/* Channels that are joined side by side: a cache line of each record. */
#define BESIDE 16

typedef struct moments {
    double pixels;
    double mean[BESIDE], square[BESIDE]; /* square: the sum of squared deviations */
} moments;

/* Chan, Golub, LeVeque, 1979: the deviations of the parts and of their means. */
static moments join_channels(float *records, int count, int channels, int first)
{
    moments all = {0};
    size_t stride = dn_statistics_record(channels);
    float *record = records;
    for (int i = 0; i < count; i++, record += stride) {
        double part = *dn_record_pixels(record);
        const float *mean = record + 16 + first, *square = mean + dn_padded(channels);
        all.pixels += part;
        for (int c = 0; c < BESIDE; c++) {
            all.mean[c] += part * (double)mean[c];
            all.square[c] += (double)square[c];
        }
    }
    for (int c = 0; c < BESIDE; c++)
        all.mean[c] /= all.pixels;
    record = records;
    for (int i = 0; i < count; i++, record += stride) {
        double part = *dn_record_pixels(record);
        for (int c = 0; c < BESIDE; c++) {
            double deviation = (double)record[16 + first + c] - all.mean[c];
            all.square[c] += part * deviation * deviation;
        }
    }
    return all;
}

void dn_join_statistics(dn_engine *engine, const dn_node *node, int records)
{
    double *mean = engine->moments, *square = mean + node->out;
    for (int first = 0; first < node->out; first += BESIDE) {
        moments all = join_channels(engine->partials, records, node->out, first);
        size_t bytes = (size_t)dn_min(BESIDE, node->out - first) * sizeof(double);
        memcpy(mean + first, all.mean, bytes);
        memcpy(square + first, all.square, bytes);
    }
    dn_settle_statistics(engine, node->target, node->target_channel, node->out);
}

void dn_settle_statistics(dn_engine *engine, int maps, int first, int channels)
{
    dn_map_state *state = &engine->maps[maps];
    const double *mean = engine->moments, *square = mean + channels;
    double pixels = dn_all_map_pixels(engine, maps);
    dn_share_moments(engine, maps, channels);
    for (int i = 0; i < channels; i++) {
        double inverse = 1 / sqrt(square[i] / pixels + engine->arch.bn_epsilon);
        state->mean[first + i] = (float)mean[i];
        state->variance[first + i] = (float)(square[i] / (pixels - 1));
        state->inverse[first + i] = (float)inverse;
        state->offset[first + i] = (float)(-mean[i] * inverse);
    }
}

/* ---- a node's own norm ---- */

dn_affine dn_prepare_norm(dn_engine *engine, const dn_node *node)
{
    const dn_map_state *source = &engine->maps[node->source];
    const float *weight = dn_parameter_of(engine, node->norm);
    const float *bias = dn_parameter_of(engine, node->norm + 1);
    for (int c = 0; c < node->in; c++) {
        engine->scale[c] = weight[c] * source->inverse[c];
        engine->shift[c] = weight[c] * source->offset[c] + bias[c];
    }
    return (dn_affine){.scale = engine->scale, .shift = engine->shift, .linear = node->linear};
}

void dn_update_running(dn_engine *engine, const dn_node *node)
{
    const dn_map_state *source = &engine->maps[node->source];
    float *mean = dn_parameter_of(engine, node->norm + 2);
    float *variance = dn_parameter_of(engine, node->norm + 3);
    for (int c = 0; c < node->in; c++) {
        mean[c] = (1 - RUNNING_MOMENTUM) * mean[c] + RUNNING_MOMENTUM * source->mean[c];
        variance[c] = (1 - RUNNING_MOMENTUM) * variance[c] + RUNNING_MOMENTUM * source->variance[c];
    }
}

dn_norm_gradient dn_prepare_norm_gradient(const dn_engine *engine, const dn_node *node, int channel,
                                          int channels, float *record)
{
    const dn_map_state *source = &engine->maps[node->source];
    return (dn_norm_gradient){
        .channels = channels,
        .affine = {.scale = engine->scale + channel,
                   .shift = engine->shift + channel,
                   .linear = node->linear},
        .inverse = source->inverse + channel,
        .offset = source->offset + channel,
        .weight = dn_parameter_of(engine, node->norm) + channel,
        .sums = dn_record_sums(record) + channel,
        .products = dn_record_sums(record) + dn_padded(node->in) + channel,
        .accumulate = node != &engine->graph.nodes[engine->graph.maps[node->source].last_reader],
    };
}

void dn_join_norm_gradient(dn_engine *engine, const dn_node *node, float *records, int count)
{
    dn_map_state *source = &engine->maps[node->source];
    const float *weight = dn_parameter_of(engine, node->norm);
    float *weight_gradient = dn_gradient_of(engine, node->norm);
    float *bias_gradient = dn_gradient_of(engine, node->norm + 1);
    bool first = node == &engine->graph.nodes[engine->graph.maps[node->source].last_reader];
    int padded = dn_padded(node->in);
    for (int start = 0; start < node->in; start += BESIDE) {
        double sums[BESIDE] = {0}, products[BESIDE] = {0};
        for (int i = 0; i < count; i++) {
            const double *record =
                dn_record_sums(records + (size_t)i * dn_norm_record(node->in)) + start;
            for (int c = 0; c < BESIDE; c++) {
                sums[c] += record[c];
                products[c] += record[padded + c];
            }
        }
        for (int i = 0; i < BESIDE && start + i < node->in; i++) {
            int c = start + i;
            if (weight_gradient)
                weight_gradient[c] += (float)products[i];
            if (bias_gradient)
                bias_gradient[c] += (float)sums[i];
            source->sum[c] = (first ? 0 : source->sum[c]) + (double)weight[c] * sums[i];
            source->product[c] = (first ? 0 : source->product[c]) + (double)weight[c] * products[i];
        }
    }
}

/* ---- the gradient at a node's output ---- */

/* dx = inverse * (G - mean(G) - normalised * mean(G * normalised)), with
 * normalised = value * inverse + offset multiplied out. The rounding error of
 * mean(G) goes into the constant. */
void dn_prepare_output_gradient(dn_engine *engine, const dn_node *node)
{
    const dn_map_state *target = &engine->maps[node->target];
    double pixels = dn_all_map_pixels(engine, node->target);
    double *sums = engine->moments, *products = sums + node->out;
    memcpy(sums, target->sum + node->target_channel, (size_t)node->out * sizeof *sums);
    memcpy(products, target->product + node->target_channel, (size_t)node->out * sizeof *sums);
    dn_share_sums(engine, node->out);
    for (int i = 0; i < node->out; i++) {
        int c = node->target_channel + i;
        double inverse = (double)target->inverse[c], offset = (double)target->offset[c];
        double mean = sums[i] / pixels, product = products[i] / pixels;
        engine->centre[i] = (float)mean;
        double rest = mean - (double)engine->centre[i];
        engine->factor[i] = target->inverse[c];
        engine->slope[i] = (float)(-inverse * inverse * product);
        engine->constant[i] = (float)(-inverse * (rest + offset * product));
    }
}

void dn_output_gradient(const dn_engine *engine, const dn_node *node, int first, int count,
                        dn_rows out)
{
    int channel = node->target_channel;
    size_t row = (size_t)first;
    engine->map_kernels->gradients->combine(
        &(dn_combine){.gradient = dn_gradient_rows(engine, node->target, channel, row),
                      .value = dn_value_rows(engine, node->target, channel, row),
                      .out = out,
                      .count = count,
                      .channels = node->out,
                      .centre = engine->centre,
                      .factor = engine->factor,
                      .slope = engine->slope,
                      .constant = engine->constant});
    drop(engine, node, engine->kernels, (dn_map_rows){out.data, out.stride}, first, count);
}
