/* SPDX-License-Identifier: MIT */
/* The engine's gradients against finite differences of the same network written
 * out in float64, for every level of kernels. */
#include "testing.h"

#include "base/random.h"
#include "network/model.h"
#include "train/engine/batch_norm.h"

#include <math.h>

/* ---- the network in float64 ---- */

typedef struct network {
    const dn_engine *engine; /* for its graph, layout and dropout */
    int images;
    const float *input;
    const float *logits_weight; /* the loss is the sum of logits times these */
    double *parameters;
    double **maps;     /* images x height x width x channels each */
    double *activated; /* the node's input */
    double *logits;
} network;

static double *allocate(size_t count)
{
    double *memory = calloc(count, sizeof *memory);
    assert_non_null(memory);
    return memory;
}

static const dn_maps *maps_of(const network *net, int maps)
{
    return &net->engine->graph.maps[maps];
}

static const double *slot_of(const network *net, int slot)
{
    return net->parameters + net->engine->layout.slots[slot].offset;
}

/* relu(norm(source)), with statistics of the batch, into net->activated. */
static void activate(network *net, const dn_node *node)
{
    const dn_maps *source = maps_of(net, node->source);
    int pixels = net->images * source->height * source->width;
    const double *weight = slot_of(net, node->norm), *bias = slot_of(net, node->norm + 1);
    for (int c = 0; c < node->in; c++) {
        const double *value = net->maps[node->source] + c;
        double mean = 0, variance = 0;
        for (int p = 0; p < pixels; p++)
            mean += value[p * source->channels] / pixels;
        for (int p = 0; p < pixels; p++)
            variance += pow(value[p * source->channels] - mean, 2) / pixels;
        double scale = weight[c] / sqrt(variance + net->engine->arch.bn_epsilon);
        for (int p = 0; p < pixels; p++) {
            double y = (value[p * source->channels] - mean) * scale + bias[c];
            net->activated[p * node->in + c] = y > 0 ? y : 0;
        }
    }
}

static void take_pictures(network *net, const dn_node *node)
{
    int area = net->engine->graph.height * net->engine->graph.width;
    for (int image = 0; image < net->images; image++)
        for (int c = 0; c < node->in; c++)
            for (int p = 0; p < area; p++)
                net->activated[(image * area + p) * node->in + c] =
                    (double)net->input[(image * node->in + c) * area + p];
}

/* The factor that dropout gives an element. */
static double kept(const network *net, const dn_node *node, int pixel, int n)
{
    double rate = net->engine->options.dropout;
    if (!node->drops || rate <= 0)
        return 1;
    float row[64] = {0};
    row[n] = 1;
    dn_kernels_reference.gradients->dropout(
        &(dn_dropout){.rows = {row, 64},
                      .count = 1,
                      .channels = node->out,
                      .key = dn_dropout_key(net->engine, node),
                      .first = (uint32_t)pixel,
                      .threshold = (int32_t)((1 - rate) * 0x1p24),
                      .scale = 1});
    return row[n] > 0 ? 1 / (1 - rate) : 0;
}

/* An element of a node's output, and the size of its input. */
typedef struct element {
    int height, width;
    int image, y, x, channel;
} element;

/* The pixel of the node's activated input. */
static const double *input_at(const network *net, const dn_node *node, const element *at, int y,
                              int x)
{
    return net->activated + ((at->image * at->height + y) * at->width + x) * node->in;
}

static bool inside(const element *at, int y, int x)
{
    return y >= 0 && x >= 0 && y < at->height && x < at->width;
}

static double window_sum(const network *net, const dn_node *node, const element *at)
{
    const double *weight =
        slot_of(net, node->weight) + at->channel * node->in * node->kernel * node->kernel;
    double sum = 0;
    for (int i = 0; i < node->kernel; i++)
        for (int j = 0; j < node->kernel; j++) {
            int from_y = at->y * node->stride + i - node->kernel / 2;
            int from_x = at->x * node->stride + j - node->kernel / 2;
            if (!inside(at, from_y, from_x))
                continue;
            const double *pixel = input_at(net, node, at, from_y, from_x);
            for (int c = 0; c < node->in; c++)
                sum += pixel[c] * weight[(c * node->kernel + i) * node->kernel + j];
        }
    return sum;
}

static double pointwise_sum(const network *net, const dn_node *node, const element *at)
{
    const double *weight = slot_of(net, node->weight) + at->channel * node->in;
    int size = node->pools ? 2 : 1;
    double sum = 0;
    for (int i = 0; i < size * size; i++) {
        const double *pixel =
            input_at(net, node, at, at->y * size + i / size, at->x * size + i % size);
        for (int c = 0; c < node->in; c++)
            sum += pixel[c] * weight[c] / (size * size);
    }
    return sum;
}

static double activation_at(const network *net, const dn_node *node, const element *at)
{
    if (!node->pools)
        return input_at(net, node, at, at->y, at->x)[at->channel];
    double best = 0;
    for (int y = 2 * at->y - 1; y <= 2 * at->y + 1; y++)
        for (int x = 2 * at->x - 1; x <= 2 * at->x + 1; x++)
            if (inside(at, y, x))
                best = fmax(best, input_at(net, node, at, y, x)[at->channel]);
    return best;
}

static double output_at(const network *net, const dn_node *node, const element *at)
{
    switch (node->kind) {
    case DN_NODE_WINDOW:
        return window_sum(net, node, at);
    case DN_NODE_POINTWISE:
        return pointwise_sum(net, node, at);
    default:
        return activation_at(net, node, at);
    }
}

static void make_maps(network *net, const dn_node *node)
{
    const dn_maps *target = maps_of(net, node->target);
    bool pictures = node->source == DN_NONE;
    element at = {.height =
                      pictures ? net->engine->graph.height : maps_of(net, node->source)->height,
                  .width = pictures ? net->engine->graph.width : maps_of(net, node->source)->width};
    int pixels = net->images * target->height * target->width;
    for (int p = 0; p < pixels; p++) {
        at.x = p % target->width;
        at.y = p / target->width % target->height;
        at.image = p / target->width / target->height;
        for (at.channel = 0; at.channel < node->out; at.channel++)
            net->maps[node->target][p * target->channels + node->target_channel + at.channel] =
                output_at(net, node, &at) * kept(net, node, p, at.channel);
    }
}

/* Of the global mean and the linear after it. */
static double head_loss(const network *net, const dn_node *pool)
{
    const dn_maps *source = maps_of(net, pool->source);
    const dn_node *node = pool + 1;
    int area = source->height * source->width;
    const double *weight = slot_of(net, node->weight), *bias = slot_of(net, node->weight + 1);
    double loss = 0;
    for (int image = 0; image < net->images; image++)
        for (int k = 0; k < node->out; k++) {
            double logit = bias[k];
            for (int p = 0; p < area; p++)
                for (int c = 0; c < node->in; c++)
                    logit += net->activated[(image * area + p) * node->in + c] *
                             weight[k * node->in + c] / area;
            loss += logit * (double)net->logits_weight[image * node->out + k];
        }
    return loss;
}

static double loss_of(network *net)
{
    const dn_graph *graph = &net->engine->graph;
    for (int i = 0; i < graph->node_count; i++) {
        const dn_node *node = &graph->nodes[i];
        if (node->source == DN_NONE)
            take_pictures(net, node);
        else
            activate(net, node);
        if (node->kind == DN_NODE_POOL)
            return head_loss(net, node);
        make_maps(net, node);
    }
    return NAN;
}

static network new_network(const dn_engine *engine, int images, const float *input,
                           const float *logits_weight)
{
    const dn_graph *graph = &engine->graph;
    network net = {
        .engine = engine, .images = images, .input = input, .logits_weight = logits_weight};
    size_t largest = (size_t)(images * graph->height * graph->width * engine->arch.channels);
    net.maps = calloc((size_t)graph->map_count, sizeof *net.maps);
    assert_non_null(net.maps);
    for (int i = 0; i < graph->map_count; i++) {
        const dn_maps *maps = &graph->maps[i];
        size_t size = (size_t)(images * maps->height * maps->width * maps->channels);
        net.maps[i] = allocate(size);
        largest = size > largest ? size : largest;
    }
    net.activated = allocate(largest);
    net.parameters = allocate(engine->layout.floats);
    for (size_t i = 0; i < engine->layout.floats; i++)
        net.parameters[i] = (double)engine->parameters[i];
    return net;
}

static void free_network(network *net)
{
    for (int i = 0; i < net->engine->graph.map_count; i++)
        free(net->maps[i]);
    free(net->maps);
    free(net->activated);
    free(net->parameters);
}

/* ---- the comparison ---- */

static void random_floats(dn_random *random, float *out, size_t count, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)(low + (high - low) * (double)dn_random_float(random));
}

/* Norms away from their first state: any weight, any bias. */
static void shake_norms(dn_random *random, dn_model *model)
{
    for (int i = 0; i < model->layout.count; i++) {
        const dn_slot *slot = &model->layout.slots[i];
        if (slot->key.part == DN_PART_NORM_WEIGHT)
            random_floats(random, model->storage + slot->offset, slot->count, -0.3, 1.5);
        else if (slot->key.part == DN_PART_NORM_BIAS)
            random_floats(random, model->storage + slot->offset, slot->count, -0.4, 0.4);
    }
}

#define DIFFERENCES_A_SLOT 4
#define STEP 1e-6

static void compare_slot(network *net, dn_random *random, int number)
{
    const dn_slot *slot = &net->engine->layout.slots[number];
    const float *gradients = net->engine->gradients + slot->offset;
    double square = 0;
    for (size_t i = 0; i < slot->count; i++)
        square += (double)gradients[i] * (double)gradients[i];
    double unit = sqrt(square / (double)slot->count) + 1e-4;
    for (int i = 0; i < DIFFERENCES_A_SLOT; i++) {
        size_t at = dn_random_below(random, (uint32_t)slot->count);
        double *parameter = net->parameters + slot->offset + at, held = *parameter;
        *parameter = held + STEP;
        double above = loss_of(net);
        *parameter = held - STEP;
        double below = loss_of(net);
        *parameter = held;
        double expected = (above - below) / (2 * STEP),
               error = fabs((double)gradients[at] - expected);
        if (error > 2e-4 * unit)
            fail_msg("%s, slot %d, element %zu: %g, by differences %g", net->engine->kernels->name,
                     number, at, (double)gradients[at], expected);
    }
}

typedef struct example {
    dn_arch arch;
    int images, height, width;
    double dropout;
} example;

static void compare_example(const example *given)
{
    dn_model *model;
    dn_engine *engine;
    dn_random random = dn_random_seed(7, 1);
    const dn_arch *arch = &given->arch;
    assert_int_equal(dn_model_init(arch, DN_INIT_PAPER, 3, &model), DN_OK);
    shake_norms(&random, model);
    dn_engine_options options = {.images = given->images,
                                 .height = given->height,
                                 .width = given->width,
                                 .team.threads = 2,
                                 .dropout = given->dropout};
    assert_int_equal(dn_engine_create(model, &options, &engine), DN_OK);
    dn_model_free(model);
    float input[2048], logits[64], weights[64];
    size_t values = (size_t)(given->images * arch->channels * given->height * given->width);
    assert_true(values <= 2048 && given->images * arch->classes <= 64);
    random_floats(&random, input, values, -1, 1);
    random_floats(&random, weights, 64, -1, 1);
    network net = new_network(engine, given->images, input, weights);
    assert_int_equal(dn_engine_forward(engine, input, given->images, 11, logits), DN_OK);
    assert_int_equal(dn_engine_backward(engine, weights), DN_OK);
    double loss = 0;
    for (int i = 0; i < given->images * arch->classes; i++)
        loss += (double)logits[i] * (double)weights[i];
    assert_true(fabs(loss - loss_of(&net)) < 1e-4);
    for (int slot = 0; slot < engine->layout.count; slot++)
        if (dn_is_trained(&engine->layout.slots[slot]))
            compare_slot(&net, &random, slot);
    free_network(&net);
    dn_engine_free(engine);
}

static dn_arch small_arch(dn_stem stem, int bottleneck)
{
    return (dn_arch){.block_count = 2,
                     .blocks = {2, 1},
                     .growth = 5,
                     .stem_channels = 6,
                     .stem_hidden = {4, 3},
                     .bottleneck = bottleneck,
                     .compression = 0.5,
                     .stem = stem,
                     .channels = 2,
                     .classes = 3,
                     .bn_epsilon = 1e-5};
}

static void compare_on_every_level(const example *given)
{
    const dn_kernels *level = &dn_kernels_reference;
    for (int i = 0; level; level = dn_kernels_level(i++)) {
        dn_kernels_choose(level);
        compare_example(given);
    }
    dn_kernels_choose(NULL);
}

static void imagenet_stem(void **state)
{
    (void)state;
    compare_on_every_level(&(example){small_arch(DN_STEM_IMAGENET, 2), 2, 21, 18, 0});
}

static void deep_stem(void **state)
{
    (void)state;
    compare_on_every_level(&(example){small_arch(DN_STEM_DEEP, 2), 2, 17, 22, 0});
}

static void plain_layers(void **state)
{
    (void)state;
    compare_on_every_level(&(example){small_arch(DN_STEM_CIFAR, 0), 3, 7, 9, 0});
}

static void stem_with_norm(void **state)
{
    (void)state;
    compare_on_every_level(&(example){small_arch(DN_STEM_CIFAR_NORM, 3), 3, 6, 5, 0});
}

static void dropped(void **state)
{
    (void)state;
    compare_on_every_level(&(example){small_arch(DN_STEM_CIFAR, 2), 3, 7, 8, 0.3});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imagenet_stem), cmocka_unit_test(deep_stem),
        cmocka_unit_test(plain_layers),  cmocka_unit_test(stem_with_norm),
        cmocka_unit_test(dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
