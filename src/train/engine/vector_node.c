/* SPDX-License-Identifier: MIT */
/* A batch norm or ReLU of the head. A norm's statistics are those of what it reads. */
#include "kernels/vectors.h"
#include "train/engine/batch_norm.h"
#include "train/engine/head_vectors.h"
#include "train/engine/nodes.h"
#include "train/engine/shared_norms.h"

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    (void)engine;
    (void)node;
    *needs = (dn_needs){0};
}

/* ---- forward ---- */

static void channel_moments(dn_engine *engine, const dn_node *node, int channel)
{
    dn_vectors in = dn_source_vectors(engine, node);
    double sum = 0, square = 0, images = engine->images;
    for (int i = 0; i < engine->images; i++)
        sum += (double)in.data[(ptrdiff_t)i * in.stride + channel];
    double mean = sum / images;
    for (int i = 0; i < engine->images; i++) {
        double deviation = (double)in.data[(ptrdiff_t)i * in.stride + channel] - mean;
        square += deviation * deviation;
    }
    engine->moments[channel] = mean;
    engine->moments[node->in + channel] = square;
}

static void forward(dn_engine *engine, const dn_node *node)
{
    dn_vectors in = dn_source_vectors(engine, node), out = dn_target_vectors(engine, node);
    dn_vector_map op = {.in = in.data,
                        .out = out.data,
                        .in_stride = in.stride,
                        .out_stride = out.stride,
                        .count = engine->images,
                        .channels = node->in};
    if (!node->rectifies) {
        for (int c = 0; c < node->in; c++)
            channel_moments(engine, node, c);
        dn_settle_statistics(engine, node->source, 0, node->in);
        op.affine = dn_prepare_norm(engine, node);
    }
    for (int image = 0; image < engine->images; image++)
        dn_map_vector(&op, image);
}

/* ---- backward ---- */

static void rectify_back(const dn_engine *engine, const dn_node *node)
{
    dn_vectors in = dn_source_vectors(engine, node), to = dn_source_gradient(engine, node);
    dn_const_vectors from = dn_target_gradient(engine, node);
    float share = dn_gradient_share(engine, node);
    for (int image = 0; image < engine->images; image++)
        for (int c = 0; c < node->in; c++) {
            bool passes = in.data[(ptrdiff_t)image * in.stride + c] > 0;
            to.data[(ptrdiff_t)image * to.stride + c] =
                passes ? share * from.data[(ptrdiff_t)image * from.stride + c] : 0;
        }
}

/* The sums over images of g, the gradient, and of g * n, with n the normalised value. */
static void norm_channel_sums(dn_engine *engine, const dn_node *node, int c)
{
    dn_vectors in = dn_source_vectors(engine, node);
    dn_const_vectors from = dn_target_gradient(engine, node);
    const dn_map_state *source = &engine->maps[node->source];
    double inverse = (double)source->inverse[c], offset = (double)source->offset[c];
    double sum = 0, product = 0;
    for (int i = 0; i < engine->images; i++) {
        double gradient = (double)from.data[(ptrdiff_t)i * from.stride + c];
        sum += gradient;
        product += gradient * ((double)in.data[(ptrdiff_t)i * in.stride + c] * inverse + offset);
    }
    float *weight = dn_gradient_of(engine, node->norm),
          *bias = dn_gradient_of(engine, node->norm + 1);
    if (weight)
        weight[c] += (float)product;
    if (bias)
        bias[c] += (float)sum;
    engine->moments[c] = sum;
    engine->moments[node->in + c] = product;
}

/* dx = weight * inverse * (g - mean(g) - n * mean(g * n)). */
static void norm_channel_back(const dn_engine *engine, const dn_node *node, int c)
{
    dn_vectors in = dn_source_vectors(engine, node), to = dn_source_gradient(engine, node);
    dn_const_vectors from = dn_target_gradient(engine, node);
    const dn_map_state *source = &engine->maps[node->source];
    double inverse = (double)source->inverse[c], offset = (double)source->offset[c];
    double sum = engine->moments[c], product = engine->moments[node->in + c];
    double images = engine->all_images;
    double factor = (double)dn_parameter_of(engine, node->norm)[c] * inverse *
                    (double)dn_gradient_share(engine, node);
    for (int i = 0; i < engine->images; i++) {
        double gradient = (double)from.data[(ptrdiff_t)i * from.stride + c];
        double normalised = (double)in.data[(ptrdiff_t)i * in.stride + c] * inverse + offset;
        to.data[(ptrdiff_t)i * to.stride + c] =
            (float)(factor * (gradient - sum / images - normalised * product / images));
    }
}

static void backward(dn_engine *engine, const dn_node *node)
{
    if (node->rectifies) {
        rectify_back(engine, node);
        return;
    }
    for (int c = 0; c < node->in; c++)
        norm_channel_sums(engine, node, c);
    dn_share_sums(engine, node->in);
    for (int c = 0; c < node->in; c++)
        norm_channel_back(engine, node, c);
}

const dn_node_row dn_vector_row = {needs_of, forward, backward};
