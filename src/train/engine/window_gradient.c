/* SPDX-License-Identifier: MIT */
/* The backward pass of a convolution with windows. The gradient of a band's
 * outputs is written to a frame once; from it and the activated maps the weight
 * gradient is summed, and then it is convolved back to the source. */
#include "train/engine/window_gradient.h"

#include "base/arithmetic.h"

#include <string.h>

/* ---- a split ---- */

/* A task's memory, and the place of its results. */
typedef struct share {
    float *gradient, *line, *source, *transformed, *products, *sums, *passed, *convolve;
    float *weights; /* the split's weight gradient */
    float *record;  /* the split's norm */
} share;

static float *norm_records(const dn_window_gradient *work)
{
    const dn_node *node = work->window.node;
    return work->window.engine->partials +
           (size_t)work->splits * dn_window_partials(work, node).split_stride;
}

static share share_of(const dn_window_gradient *work, int split, int thread)
{
    const dn_node *node = work->window.node;
    share mine;
    mine.gradient = dn_thread_scratch(work->window.engine, thread);
    mine.line = mine.gradient + work->gradient_floats;
    mine.source = mine.line + work->line_floats;
    mine.transformed = mine.source + work->source_floats;
    mine.products = mine.transformed + work->transformed_floats;
    mine.sums = mine.products + work->products_floats;
    mine.passed = mine.sums + work->sums_floats;
    mine.convolve = mine.passed + work->passed_floats;
    mine.weights =
        work->window.engine->partials + (size_t)split * dn_window_partials(work, node).split_stride;
    mine.record = norm_records(work) + (size_t)split * dn_norm_record(node->in);
    return mine;
}

/* What lines of the gradient's frame are filled from. */
typedef struct gradient_source {
    const dn_window_gradient *work;
    float *line; /* of floats that become maps of bfloat16 */
} gradient_source;

static void gradient_line(const void *context, int image, int y, void *line)
{
    const gradient_source *source = context;
    const dn_window_work *window = &source->work->window;
    const dn_frame_shape *frame = &source->work->gradient;
    bool floats = frame->type == DN_F32;
    dn_rows rows = {floats ? line : source->line, frame->pixel_stride};
    dn_output_gradient(window->engine, window->node, (image * frame->height + y) * frame->width,
                       frame->width, rows);
    if (!floats)
        window->engine->map_kernels->gradients->store_rows(
            &(dn_store_rows){.input = rows,
                             .out = {line, frame->pixel_stride},
                             .count = frame->width,
                             .channels = frame->channels});
}

/* Adds a band's part of the weight gradient, summed directly, from frames of floats. */
static void add_product(const dn_window_gradient *work, const share *mine, const dn_band *band,
                        dn_grid gradient, bool accumulate)
{
    const dn_node *node = work->window.node;
    dn_window_source source = {&work->window, &work->source, 0};
    dn_grid window =
        dn_fill_frame(&work->source, band, dn_source_line(node), &source, mine->source);
    const float *left[DN_MAX_BAND_LINES], *right[DN_MAX_BAND_LINES];
    ptrdiff_t shift[9];
    int lines = 0, before = work->source.before;
    dn_weight_partials partials = dn_window_partials(work, node);
    for (int i = 0; i < band->images; i++)
        for (int y = 0; y < band->rows; y++, lines++) {
            left[lines] = dn_pixel_at(&gradient, i, y, 0);
            right[lines] = dn_pixel_at(&window, i, y * node->stride - before, -before);
        }
    for (int s = 0; s < partials.shifts; s++)
        shift[s] = partials.columns > 1 ? s * window.row_stride
                                        : s / node->kernel * window.row_stride +
                                              s % node->kernel * window.pixel_stride;
    work->window.engine->kernels->gradients->product(
        &(dn_product){.lines = lines,
                      .run = work->bands.width,
                      .left = left,
                      .right = right,
                      .left_stride = gradient.pixel_stride,
                      .right_stride = node->stride * window.pixel_stride,
                      .depth = node->out,
                      .outputs = partials.columns * node->in,
                      .shifts = partials.shifts,
                      .shift = shift,
                      .out = mine->weights,
                      .row_stride = partials.row_stride,
                      .shift_stride = (ptrdiff_t)node->out * partials.row_stride,
                      .accumulate = accumulate});
}

/* The same by Winograd's algorithm, into 6x6 sums. */
static void add_winograd_product(const dn_window_gradient *work, const share *mine,
                                 const dn_band *band, dn_grid gradient, bool accumulate)
{
    const dn_node *node = work->window.node;
    const dn_kernels *kernels = work->kernels;
    int row_stride = dn_padded(node->in);
    dn_winograd_gradient op = {.gradient = gradient,
                               .outputs = node->out,
                               .unit = kernels->unit,
                               .transformed = mine->transformed,
                               .row_stride = row_stride,
                               .plane_stride = (ptrdiff_t)node->out * row_stride,
                               .accumulate = accumulate};
    kernels->gradients->winograd_gradient(&op);
    dn_frame_shape frame = work->source;
    for (int channel = 0; channel < node->in; channel += work->slice) {
        frame.channels = dn_min(work->slice, node->in - channel);
        dn_window_source source = {&work->window, &frame, channel};
        op.input = dn_fill_frame(&frame, band, dn_source_line(node), &source, mine->source);
        op.channels = frame.channels;
        op.sums = mine->sums + channel;
        kernels->gradients->winograd_products(&op, mine->products);
    }
}

/* From 6x6 sums to the split's 3x3 weight gradients. */
static void finish_winograd(const dn_window_gradient *work, const share *mine)
{
    const dn_node *node = work->window.node;
    int row_stride = dn_padded(node->in);
    work->window.engine->kernels->gradients->winograd_weights(
        &(dn_winograd_weights){.sums = mine->sums,
                               .out = mine->weights,
                               .row_stride = row_stride,
                               .plane_stride = (ptrdiff_t)node->out * row_stride,
                               .outputs = node->out,
                               .channels = node->in});
}

/* Passes the gradient of a band's outputs back to the source, piece by piece. */
static void pass_back(const dn_window_gradient *work, const share *mine, const dn_band *band,
                      dn_grid gradient)
{
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    dn_bands pieces = dn_split_window_pieces(node, band->images, band->rows, work->bands.width);
    ptrdiff_t line = (ptrdiff_t)pieces.width * node->in;
    for (int i = 0; i < pieces.count; i++) {
        dn_band piece = dn_band_at(&pieces, i);
        dn_convolution back = {.kernels = work->kernels,
                               .channels = node->out,
                               .kernel = node->kernel,
                               .stride = 1,
                               .weights = work->window.weights,
                               .input = gradient,
                               .floats = true,
                               .output = {.data = mine->passed,
                                          .images = piece.images,
                                          .height = piece.rows,
                                          .width = pieces.width,
                                          .pixel_stride = node->in,
                                          .row_stride = line,
                                          .image_stride = line * piece.rows}};
        back.input.address = dn_map_at(engine->options.maps, &gradient, piece.image, piece.top, 0);
        dn_convolve(&back, mine->convolve);
        size_t first = (size_t)(band->first_pixel + piece.first_pixel);
        dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, mine->record);
        op.gradient = (dn_rows){mine->passed, node->in};
        op.value = dn_value_rows(engine, node->source, 0, first);
        op.out = dn_gradient_rows(engine, node->source, 0, first);
        op.count = piece.pixels;
        engine->map_kernels->gradients->norm_gradient(&op);
    }
}

static void backward_split(void *context, int split, int thread)
{
    const dn_window_gradient *work = context;
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    share mine = share_of(work, split, thread);
    bool learns = !engine->frozen[node->weight], passes = dn_source_needs_gradient(engine, node);
    gradient_source source = {work, mine.line};
    memset(mine.record, 0, dn_norm_record(node->in) * sizeof(float));
    int first = split * work->bands_per_split;
    int end = dn_min(first + work->bands_per_split, work->bands.count);
    for (int index = first; index < end; index++) {
        dn_band band = dn_band_at(&work->bands, index);
        dn_grid gradient =
            dn_fill_frame(&work->gradient, &band, gradient_line, &source, mine.gradient);
        if (learns && work->winograd)
            add_winograd_product(work, &mine, &band, gradient, index > first);
        else if (learns)
            add_product(work, &mine, &band, gradient, index > first);
        if (passes)
            pass_back(work, &mine, &band, gradient);
    }
    if (learns && work->winograd)
        finish_winograd(work, &mine);
}

void dn_window_backward(dn_engine *engine, const dn_node *node)
{
    dn_window_gradient work = dn_split_window_gradient(engine, node, engine->images);
    bool passes = dn_source_needs_gradient(engine, node);
    work.window.engine = engine;
    work.window.node = node;
    dn_prepare_output_gradient(engine, node);
    if (node->source != DN_NONE)
        work.window.affine = dn_prepare_norm(engine, node);
    if (passes)
        work.window.weights = dn_lay_out_transposed(engine, node, 1);
    dn_parallel(engine->options.team, work.splits, backward_split, &work);
    if (!engine->frozen[node->weight]) {
        dn_weight_partials partials = dn_window_partials(&work, node);
        partials.data = engine->partials;
        dn_add_weight_gradient(engine, node, &partials);
    }
    if (passes)
        dn_join_norm_gradient(engine, node, norm_records(&work), work.splits);
}
