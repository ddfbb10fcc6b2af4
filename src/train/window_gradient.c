/* SPDX-License-Identifier: MIT */
/* The backward pass of a convolution with windows. A task takes a part of the
 * batch, a split, band by band: the gradient of a band's outputs is put into a
 * frame once; the weight gradient is summed from it and the activated maps, and
 * it is convolved back to the source. */
#include "train/window_node.h"

#include <string.h>

/* Splits: of enough pixels that joining their sums costs little, but some in
 * any case. Of more pictures, a split's share of the pixels and the most splits
 * there may be are no smaller: what is planned for the most pictures holds for
 * fewer, though these may be cut into more splits. */
#define SPLIT_PIXELS 392
#define LEAST_SPLITS 4
#define MOST_SPLITS 32

/* A band of Winograd's weight gradient has enough tiles that reading and
 * writing the sums costs little; activated maps are taken a few channels at a
 * time. A direct one, as many pixels as fit the second-level cache. */
#define WINOGRAD_BAND_PIXELS 896
#define SLICE_CHANNELS 32
#define DIRECT_BAND_FLOATS 40000

/* Floats of activations whose gradients exist at once. */
#define PIECE_FLOATS 40000

typedef struct backward_work {
    dn_window_work window;
    bool winograd; /* the weight gradient */
    dn_bands bands;
    int most_splits; /* of these pictures, or fewer */
    int splits, bands_per_split;
    int slice;               /* channels of activated maps at a time */
    dn_frame_shape source;   /* a slice of the activated maps, or pictures */
    dn_frame_shape gradient; /* of the outputs */
    /* A thread's memory, in this order. */
    size_t gradient_floats, source_floats, transformed_floats, products_floats, sums_floats;
    size_t passed_floats, convolve_floats;
} backward_work;

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* ---- the cut ---- */

/* Tiles of 4x4 pay as soon as most of a map fills them. */
static bool takes_winograd(const dn_node *node, const dn_maps *target)
{
    return node->source != DN_NONE && node->kernel == 3 && node->stride == 1 &&
           target->height >= 3 && target->width >= 3;
}

static void cut_bands(backward_work *work, const dn_node *node, const dn_maps *target, int images)
{
    int channels = node->in > node->out ? node->in : node->out;
    int wanted = work->winograd ? WINOGRAD_BAND_PIXELS : DIRECT_BAND_FLOATS / channels;
    int pixels = images * target->height * target->width;
    int share = larger(smaller(SPLIT_PIXELS, dn_ceil_divide(pixels, LEAST_SPLITS)),
                       dn_ceil_divide(pixels, MOST_SPLITS));
    work->most_splits =
        smaller(larger(dn_ceil_divide(pixels, SPLIT_PIXELS), LEAST_SPLITS), MOST_SPLITS);
    work->bands = dn_cut_bands(images, target->height, target->width, smaller(wanted, share));
    work->bands_per_split = dn_ceil_divide(work->bands.count, work->most_splits);
    work->splits = dn_ceil_divide(work->bands.count, work->bands_per_split);
}

static void shape_frames(backward_work *work, const dn_engine *engine, const dn_node *node,
                         const dn_maps *target)
{
    bool pictures = node->source == DN_NONE;
    work->slice = work->winograd ? smaller(SLICE_CHANNELS, node->in) : node->in;
    work->source = dn_source_frame(engine, node);
    work->source.channels = work->slice;
    work->source.pixel_stride = pictures ? node->in : dn_packed_stride(work->slice);
    work->gradient = (dn_frame_shape){.height = target->height,
                                      .width = target->width,
                                      .stride = 1,
                                      .kernel = pictures ? 1 : node->kernel,
                                      .before = pictures ? 0 : node->kernel / 2,
                                      .channels = node->out,
                                      .pixel_stride = node->out};
    if (work->winograd)
        dn_reach_tiles(&work->source, &work->bands);
    if (work->winograd || dn_node_form(engine, node) == DN_WINDOW_WINOGRAD)
        dn_reach_tiles(&work->gradient, &work->bands);
}

/* Of the weight gradient, a split's: rows of [column][channel] or of channels. */
static dn_weight_partials partials_of(const backward_work *work, const dn_node *node)
{
    bool pictures = node->source == DN_NONE;
    dn_weight_partials partials = {.splits = work->splits,
                                   .shifts = pictures ? node->kernel : node->kernel * node->kernel,
                                   .columns = pictures ? node->kernel : 1};
    partials.row_stride = dn_padded(partials.columns * node->in);
    partials.split_stride =
        (size_t)partials.shifts * (size_t)node->out * (size_t)partials.row_stride;
    return partials;
}

/* Vectors may reach past a frame's last pixel. */
static size_t frame_floats(const dn_frame_shape *frame, const dn_bands *bands)
{
    return dn_round_up(dn_frame_size(frame, bands->group, bands->rows) + 16, 16);
}

static dn_bands cut_pieces(const dn_node *node, int images, int rows, int width)
{
    return dn_cut_bands(images, rows, width, PIECE_FLOATS / node->in);
}

static void size_memory(backward_work *work, const dn_engine *engine, const dn_node *node)
{
    const dn_bands *bands = &work->bands;
    work->gradient_floats = frame_floats(&work->gradient, bands);
    work->source_floats = frame_floats(&work->source, bands);
    if (work->winograd) {
        dn_winograd_gradient op = {
            .gradient = {.images = bands->group, .height = bands->rows, .width = bands->width},
            .outputs = node->out,
            .channels = work->slice};
        work->transformed_floats = 36 * dn_winograd_gradient_plane(&op);
        work->products_floats = dn_winograd_products_scratch(&op);
        work->sums_floats = 36 * (size_t)node->out * (size_t)dn_padded(node->in);
    }
    if (node->source == DN_NONE)
        return;
    dn_bands pieces = cut_pieces(node, bands->group, bands->rows, bands->width);
    work->passed_floats =
        dn_round_up((size_t)(pieces.group * pieces.rows * pieces.width) * (size_t)node->in, 16);
    work->convolve_floats =
        dn_convolve_scratch(engine, dn_node_form(engine, node), node->out, node->in);
}

static backward_work cut_backward(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    backward_work work = {.winograd = takes_winograd(node, target)};
    cut_bands(&work, node, target, images);
    shape_frames(&work, engine, node, target);
    size_memory(&work, engine, node);
    return work;
}

void dn_window_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    backward_work work = cut_backward(engine, node, engine->options.images);
    size_t split = partials_of(&work, node).split_stride + dn_norm_record(node->in);
    *needs = (dn_needs){.partials = (size_t)work.most_splits * split,
                        .thread = work.gradient_floats + work.source_floats +
                                  work.transformed_floats + work.products_floats +
                                  work.sums_floats + work.passed_floats + work.convolve_floats};
}

/* ---- a split ---- */

/* A task's memory, and its results' place. */
typedef struct share {
    float *gradient, *source, *transformed, *products, *sums, *passed, *convolve;
    float *weights; /* the split's weight gradient */
    float *record;  /* the split's norm */
} share;

static float *norm_records(const backward_work *work)
{
    const dn_node *node = work->window.node;
    return work->window.engine->partials +
           (size_t)work->splits * partials_of(work, node).split_stride;
}

static share share_of(const backward_work *work, int split, int thread)
{
    const dn_node *node = work->window.node;
    share mine;
    mine.gradient = dn_thread_scratch(work->window.engine, thread);
    mine.source = mine.gradient + work->gradient_floats;
    mine.transformed = mine.source + work->source_floats;
    mine.products = mine.transformed + work->transformed_floats;
    mine.sums = mine.products + work->products_floats;
    mine.passed = mine.sums + work->sums_floats;
    mine.convolve = mine.passed + work->passed_floats;
    mine.weights =
        work->window.engine->partials + (size_t)split * partials_of(work, node).split_stride;
    mine.record = norm_records(work) + (size_t)split * dn_norm_record(node->in);
    return mine;
}

static void gradient_line(const void *context, int image, int y, float *line)
{
    const backward_work *work = context;
    const dn_frame_shape *frame = &work->gradient;
    dn_output_gradient(work->window.engine, work->window.node,
                       (image * frame->height + y) * frame->width, frame->width,
                       (dn_rows){line, frame->pixel_stride});
}

/* Adds a band's part of the weight gradient, summed directly. */
static void add_product(const backward_work *work, const share *mine, const dn_band *band,
                        dn_grid gradient, bool accumulate)
{
    const dn_node *node = work->window.node;
    dn_window_source source = {&work->window, 0, node->in, work->source.pixel_stride};
    dn_grid window =
        dn_fill_frame(&work->source, band, dn_source_line(node), &source, mine->source);
    const float *left[DN_MAX_BAND_LINES], *right[DN_MAX_BAND_LINES];
    ptrdiff_t shift[9], before = work->source.before;
    int lines = 0;
    dn_weight_partials partials = partials_of(work, node);
    for (int i = 0; i < band->images; i++)
        for (int y = 0; y < band->rows; y++, lines++) {
            left[lines] = gradient.data + i * gradient.image_stride + y * gradient.row_stride;
            right[lines] = window.data + i * window.image_stride +
                           (y * node->stride - before) * window.row_stride -
                           before * window.pixel_stride;
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

/* The same by Winograd's algorithm, into sums of 6x6. */
static void add_winograd_product(const backward_work *work, const share *mine, const dn_band *band,
                                 dn_grid gradient, bool accumulate)
{
    const dn_node *node = work->window.node;
    const dn_gradient_kernels *kernels = work->window.engine->kernels->gradients;
    int row_stride = dn_padded(node->in);
    dn_winograd_gradient op = {.gradient = gradient,
                               .outputs = node->out,
                               .transformed = mine->transformed,
                               .row_stride = row_stride,
                               .plane_stride = (ptrdiff_t)node->out * row_stride,
                               .accumulate = accumulate};
    kernels->winograd_gradient(&op);
    dn_frame_shape frame = work->source;
    for (int channel = 0; channel < node->in; channel += work->slice) {
        frame.channels = smaller(work->slice, node->in - channel);
        dn_window_source source = {&work->window, channel, frame.channels, frame.pixel_stride};
        op.input = dn_fill_frame(&frame, band, dn_source_line(node), &source, mine->source);
        op.channels = frame.channels;
        op.sums = mine->sums + channel;
        kernels->winograd_products(&op, mine->products);
    }
}

/* From 6x6 sums to the split's 3x3 weight gradients. */
static void finish_winograd(const backward_work *work, const share *mine)
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

/* Takes the gradient of a band's outputs back to the source, piece by piece. */
static void pass_back(const backward_work *work, const share *mine, const dn_band *band,
                      dn_grid gradient)
{
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    const dn_map_state *source = &engine->maps[node->source];
    dn_bands pieces = cut_pieces(node, band->images, band->rows, work->bands.width);
    ptrdiff_t line = (ptrdiff_t)pieces.width * node->in;
    for (int i = 0; i < pieces.count; i++) {
        dn_band piece = dn_band_at(&pieces, i);
        dn_convolution back = {.channels = node->out,
                               .kernel = node->kernel,
                               .stride = 1,
                               .weights = work->window.weights,
                               .input = gradient,
                               .output = {.data = mine->passed,
                                          .images = piece.images,
                                          .height = piece.rows,
                                          .width = pieces.width,
                                          .pixel_stride = node->in,
                                          .row_stride = line,
                                          .image_stride = line * piece.rows}};
        back.input.data += piece.image * gradient.image_stride + piece.top * gradient.row_stride;
        dn_convolve(engine, &back, mine->convolve);
        size_t first = (size_t)(band->first_pixel + piece.first_pixel);
        dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, mine->record);
        op.gradient = (dn_rows){mine->passed, node->in};
        op.value = dn_map_rows(engine, node->source, source->value, 0, first);
        op.out = dn_map_rows(engine, node->source, source->gradient, 0, first);
        op.count = piece.pixels;
        engine->kernels->gradients->norm_gradient(&op);
    }
}

static void backward_split(void *context, int split, int thread)
{
    const backward_work *work = context;
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    share mine = share_of(work, split, thread);
    bool learns = !engine->frozen[node->weight], passes = dn_passes_back(engine, node);
    memset(mine.record, 0, dn_norm_record(node->in) * sizeof(float));
    int first = split * work->bands_per_split;
    int end = smaller(first + work->bands_per_split, work->bands.count);
    for (int index = first; index < end; index++) {
        dn_band band = dn_band_at(&work->bands, index);
        dn_grid gradient =
            dn_fill_frame(&work->gradient, &band, gradient_line, work, mine.gradient);
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
    backward_work work = cut_backward(engine, node, engine->images);
    bool passes = dn_passes_back(engine, node);
    work.window.engine = engine;
    work.window.node = node;
    dn_prepare_output_gradient(engine, node);
    if (node->source != DN_NONE)
        work.window.affine = dn_prepare_norm(engine, node);
    if (passes)
        work.window.weights = dn_lay_out_transposed(engine, node, 1);
    dn_parallel(engine->options.threads, work.splits, backward_split, &work);
    if (!engine->frozen[node->weight]) {
        dn_weight_partials partials = partials_of(&work, node);
        partials.data = engine->partials;
        dn_add_weight_gradient(engine, node, &partials);
    }
    if (passes)
        dn_join_norm_gradient(engine, node, norm_records(&work), work.splits);
}
