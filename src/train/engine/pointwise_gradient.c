/* SPDX-License-Identifier: MIT */
/* The backward pass of a 1x1 convolution. A task takes a split of the pixels, for
 * a range of input channels; it goes through them one slice at a time, so that a
 * slice's weights, activations and sums stay in the second-level cache. */
#include "train/engine/pointwise_gradient.h"

#include "base/arithmetic.h"
#include "train/engine/batch_norm.h"
#include "train/engine/repack.h"

#include <string.h>

#define ROWS_AT_ONCE 96
#define SLICE_CHANNELS 128
#define STRIP_CHANNELS 64

/* Splits have enough pixels that joining their sums costs little. */
#define SPLIT_PIXELS 392
#define MOST_SPLITS 32

typedef struct backward_work {
    dn_engine *engine;
    const dn_node *node;
    dn_laid_out weights; /* transposed */
    dn_affine affine;
    int pixels;      /* of the output */
    int most_splits; /* of these pictures, or fewer */
    int splits, split_pixels;
    int ranges, range_channels;
} backward_work;

static backward_work split_backward(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    backward_work work = {.node = node, .pixels = images * target->height * target->width};
    work.most_splits = dn_max(dn_min(MOST_SPLITS, work.pixels / SPLIT_PIXELS), 1);
    int share = dn_ceil_divide(work.pixels, work.most_splits);
    work.split_pixels = dn_ceil_divide(share, ROWS_AT_ONCE) * ROWS_AT_ONCE;
    work.splits = dn_ceil_divide(work.pixels, work.split_pixels);
    int slices = dn_ceil_divide(node->in, SLICE_CHANNELS);
    int ranges = dn_min(dn_ceil_divide(MOST_SPLITS, work.splits), slices);
    work.range_channels = dn_ceil_divide(slices, ranges) * SLICE_CHANNELS;
    work.ranges = dn_ceil_divide(node->in, work.range_channels);
    return work;
}

static dn_weight_partials partials_of(const backward_work *work)
{
    int stride = dn_padded(work->node->in);
    return (dn_weight_partials){.splits = work->splits,
                                .shifts = 1,
                                .columns = 1,
                                .row_stride = stride,
                                .split_stride = (size_t)work->node->out * (size_t)stride};
}

/* A backward task's memory: gradients of the output, a slice's activations,
 * gradients of a strip of activations. */
static size_t rows_floats(int channels)
{
    return (size_t)ROWS_AT_ONCE * (size_t)dn_packed_stride(channels);
}

/* Where pairs of bfloat16 are multiplied, the output's gradients and the activations once more:
 * as pairs of pixels, and the former as pairs of channels, too. */
static int channel_pairs(const dn_node *node)
{
    return dn_ceil_divide(node->out, 2);
}

static size_t pairs_floats(const dn_engine *engine, const dn_node *node)
{
    if (!dn_engine_pairs(engine))
        return 0;
    return rows_floats(channel_pairs(node)) +
           (rows_floats(node->out) + rows_floats(SLICE_CHANNELS)) / 2;
}

void dn_pointwise_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    backward_work work = split_backward(engine, node, engine->options.images);
    size_t split = partials_of(&work).split_stride + dn_norm_record(node->in);
    *needs = (dn_needs){.partials = (size_t)work.most_splits * split,
                        .thread = rows_floats(node->out) + rows_floats(SLICE_CHANNELS) +
                                  rows_floats(STRIP_CHANNELS) + pairs_floats(engine, node)};
}

/* ---- a slice ---- */

/* The slice of a backward task, and its memory. */
typedef struct share {
    int first_channel, channels; /* of the slice */
    float *sums;                 /* of the weight gradient: the split's */
    float *record;               /* of the norm: the split's */
    dn_rows output, activated, strip;
    dn_rows output_channels, output_pixels, activated_pixels; /* pairs */
} share;

static void pack_activated(const backward_work *work, const share *mine, int first, int count)
{
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_affine affine = dn_affine_at(&work->affine, mine->first_channel);
    if (node->pools) {
        engine->map_kernels->gradients->pool_rows(
            &(dn_pool_rows){.input = dn_value_grid(engine, node->source, mine->first_channel),
                            .affine = affine,
                            .out = mine->activated,
                            .channels = mine->channels,
                            .first = first,
                            .count = count});
        return;
    }
    engine->map_kernels->gradients->activate_rows(&(dn_activate_rows){
        .value = dn_value_rows(engine, node->source, mine->first_channel, (size_t)first),
        .out = mine->activated,
        .count = count,
        .channels = mine->channels,
        .affine = affine});
}

/* Rounds rows to pairs of pixels, and returns these. */
static dn_rows pair_pixels(const backward_work *work, dn_rows rows, dn_rows pairs, int channels,
                           int count)
{
    work->engine->map_kernels->gradients->pair_pixels(
        &(dn_pair_rows){.input = rows, .out = pairs, .count = count, .channels = channels});
    return pairs;
}

static void pair_output(const backward_work *work, const share *mine, int count)
{
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    if (!engine->frozen[node->weight])
        pair_pixels(work, mine->output, mine->output_pixels, node->out, count);
    if (dn_source_needs_gradient(engine, node) && !node->pools)
        engine->map_kernels->gradients->pair_channels(&(dn_pair_rows){.input = mine->output,
                                                                      .out = mine->output_channels,
                                                                      .count = count,
                                                                      .channels = node->out});
}

static void add_product(const backward_work *work, const share *mine, int count, bool accumulate)
{
    const dn_engine *engine = work->engine;
    bool pairs = dn_engine_pairs(engine);
    dn_rows left = pairs ? mine->output_pixels : mine->output;
    dn_rows right =
        pairs ? pair_pixels(work, mine->activated, mine->activated_pixels, mine->channels, count)
              : mine->activated;
    const float *from_left = left.data, *from_right = right.data;
    static const ptrdiff_t none;
    engine->map_kernels->gradients->product(
        &(dn_product){.lines = 1,
                      .run = pairs ? dn_ceil_divide(count, 2) : count,
                      .left = &from_left,
                      .right = &from_right,
                      .left_stride = left.stride,
                      .right_stride = right.stride,
                      .depth = work->node->out,
                      .outputs = mine->channels,
                      .shifts = 1,
                      .shift = &none,
                      .out = mine->sums + mine->first_channel,
                      .row_stride = partials_of(work).row_stride,
                      .accumulate = accumulate});
}

/* The transposed weights of some channels. */
static dn_panels panels_of(const backward_work *work, int channel, int channels)
{
    const dn_panels *all = &work->weights.panels;
    int rows = dn_panel_rows(all->depth, all->unit);
    dn_panels panels = dn_panels_at(all, (size_t)channel * (size_t)rows);
    panels.outputs = channels;
    return panels;
}

/* Gradients of `channels` activations from `channel` on, into the strip. */
static void multiply_strip(const backward_work *work, const share *mine, int channel, int channels,
                           int count)
{
    const dn_kernels *kernels = work->engine->kernels;
    dn_grid output = {.data = mine->output.data,
                      .images = 1,
                      .height = 1,
                      .width = count,
                      .pixel_stride = mine->output.stride};
    dn_pointwise op = {
        .input = output, .output = output, .pool = 1, .panels = panels_of(work, channel, channels)};
    op.output.data = mine->strip.data;
    op.output.pixel_stride = mine->strip.stride;
    dn_piece all = {0, count, 0, dn_panel_count(kernels, channels)};
    kernels->pointwise(&op, all, NULL);
}

/* Spreads the strip over each output pixel's 2x2 source pixels, a run of
 * outputs in one row of the maps at a time. */
static void spread_strip(const backward_work *work, dn_norm_gradient op, int channel, int first,
                         int count)
{
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    const dn_maps *source = &engine->graph.maps[node->source];
    const dn_maps *target = &engine->graph.maps[node->target];
    for (int done = 0; done < count; done += op.count) {
        int pixel = first + done, x = pixel % target->width, line = pixel / target->width;
        int image = line / target->height, y = line % target->height;
        op.count = dn_min(count - done, target->width - x);
        for (int corner = 0; corner < 4; corner++) {
            size_t at = ((size_t)image * (size_t)source->height + (size_t)(2 * y + corner / 2)) *
                            (size_t)source->width +
                        (size_t)(2 * x + corner % 2);
            op.value = dn_value_rows(engine, node->source, channel, at);
            op.out = dn_gradient_rows(engine, node->source, channel, at);
            op.value.stride *= 2;
            op.out.stride *= 2;
            engine->map_kernels->gradients->norm_gradient(&op);
        }
        op.gradient.data += op.count * op.gradient.stride;
    }
}

static void pass_pooled_back(const backward_work *work, const share *mine, int first, int count)
{
    for (int done = 0; done < mine->channels; done += STRIP_CHANNELS) {
        int channel = mine->first_channel + done;
        int channels = dn_min(STRIP_CHANNELS, mine->channels - done);
        multiply_strip(work, mine, channel, channels, count);
        dn_norm_gradient op =
            dn_prepare_norm_gradient(work->engine, work->node, channel, channels, mine->record);
        op.gradient = mine->strip;
        spread_strip(work, op, channel, first, count);
    }
}

static void pass_back(const backward_work *work, const share *mine, int first, int count)
{
    const dn_engine *engine = work->engine;
    int source = work->node->source, channel = mine->first_channel;
    dn_norm_gradient op =
        dn_prepare_norm_gradient(engine, work->node, channel, mine->channels, mine->record);
    op.gradient = dn_engine_pairs(engine) ? mine->output_channels : mine->output;
    op.value = dn_value_rows(engine, source, channel, (size_t)first);
    op.out = dn_gradient_rows(engine, source, channel, (size_t)first);
    op.count = count;
    engine->map_kernels->gradients->pass_back(
        &(dn_pass_back){op, panels_of(work, channel, mine->channels)});
}

static float *norm_records(const backward_work *work)
{
    return work->engine->partials + (size_t)work->splits * partials_of(work).split_stride;
}

/* The next rows of a thread's memory, which `rows` of this length occupy. */
static dn_rows take_rows(float **memory, int rows, int channels)
{
    dn_rows taken = {*memory, dn_packed_stride(channels)};
    *memory += rows * taken.stride;
    return taken;
}

static share share_of(const backward_work *work, int split, int thread)
{
    const dn_node *node = work->node;
    float *scratch = dn_thread_scratch(work->engine, thread);
    share mine = {.sums = work->engine->partials + (size_t)split * partials_of(work).split_stride,
                  .record = norm_records(work) + (size_t)split * dn_norm_record(node->in)};
    mine.output = take_rows(&scratch, ROWS_AT_ONCE, node->out);
    mine.activated = take_rows(&scratch, ROWS_AT_ONCE, SLICE_CHANNELS);
    mine.strip = take_rows(&scratch, ROWS_AT_ONCE, STRIP_CHANNELS);
    if (dn_engine_pairs(work->engine)) {
        mine.output_channels = take_rows(&scratch, ROWS_AT_ONCE, channel_pairs(node));
        mine.output_pixels = take_rows(&scratch, ROWS_AT_ONCE / 2, node->out);
        mine.activated_pixels = take_rows(&scratch, ROWS_AT_ONCE / 2, SLICE_CHANNELS);
    }
    return mine;
}

static void backward_slice(const backward_work *work, const share *mine, int first, int count,
                           bool accumulate)
{
    const dn_node *node = work->node;
    if (!work->engine->frozen[node->weight]) {
        pack_activated(work, mine, first, count);
        add_product(work, mine, count, accumulate);
    }
    if (!dn_source_needs_gradient(work->engine, node))
        return;
    if (node->pools)
        pass_pooled_back(work, mine, first, count);
    else
        pass_back(work, mine, first, count);
}

static void backward_task(void *context, int task, int thread)
{
    const backward_work *work = context;
    const dn_node *node = work->node;
    share mine = share_of(work, task / work->ranges, thread);
    int first_channel = task % work->ranges * work->range_channels;
    int end_channel = dn_min(first_channel + work->range_channels, node->in);
    double *sums = dn_record_sums(mine.record) + first_channel;
    size_t range = (size_t)(end_channel - first_channel) * sizeof *sums;
    memset(sums, 0, range);
    memset(sums + dn_padded(node->in), 0, range);
    int first = task / work->ranges * work->split_pixels;
    int end = dn_min(first + work->split_pixels, work->pixels);
    for (int row = first; row < end; row += ROWS_AT_ONCE) {
        int count = dn_min(ROWS_AT_ONCE, end - row);
        dn_output_gradient(work->engine, node, row, count, mine.output);
        if (dn_engine_pairs(work->engine))
            pair_output(work, &mine, count);
        for (int channel = first_channel; channel < end_channel; channel += SLICE_CHANNELS) {
            mine.first_channel = channel;
            mine.channels = dn_min(SLICE_CHANNELS, end_channel - channel);
            backward_slice(work, &mine, row, count, row > first);
        }
    }
}

/* An odd row or column, which the 2x2 means leave out, has a gradient of zero. */
static void clear_left_out(void *context, int image, int thread)
{
    (void)thread;
    const backward_work *work = context;
    const dn_engine *engine = work->engine;
    int source = work->node->source;
    dn_grid grid = dn_gradient_grid(engine, source, 0);
    size_t bytes = (size_t)work->node->in * sizeof(float);
    for (int y = 0; y < grid.height; y++)
        for (int x = y == (grid.height | 1) - 1 ? 0 : (grid.width | 1) - 1; x < grid.width; x++)
            memset(dn_pixel_at(&grid, image, y, x), 0, bytes);
}

void dn_pointwise_backward(dn_engine *engine, const dn_node *node)
{
    backward_work work = split_backward(engine, node, engine->images);
    bool passes = dn_source_needs_gradient(engine, node);
    work.engine = engine;
    dn_prepare_output_gradient(engine, node);
    work.affine = dn_prepare_norm(engine, node);
    if (passes)
        work.weights = dn_lay_out_transposed(engine, node, node->pools ? 0.25f : 1);
    if (passes && node->pools)
        dn_parallel(engine->options.team, engine->images, clear_left_out, &work);
    dn_parallel(engine->options.team, work.splits * work.ranges, backward_task, &work);
    if (!engine->frozen[node->weight]) {
        dn_weight_partials partials = partials_of(&work);
        partials.data = engine->partials;
        dn_add_weight_gradient(engine, node, &partials);
    }
    if (passes)
        dn_join_norm_gradient(engine, node, norm_records(&work), work.splits);
}
