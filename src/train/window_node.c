/* SPDX-License-Identifier: MIT */
/* A convolution with windows: the stem's, of pictures, and the layers', of
 * activated maps. The activated maps exist a band at a time. */
#include "train/bands.h"
#include "train/batch_norm.h"
#include "train/repack.h"

#include <string.h>

/* Activated pixels of a band and a thread's products should stay in half a
 * usual second-level cache. */
#define BAND_FLOATS 40000
#define TILES_AT_ONCE 16
#define PIXELS_AT_ONCE 96

/* The backward pass sums weight gradients over this many parts of the batch, or
 * fewer where each would have fewer pixels than SPLIT_PIXELS. */
#define MOST_SPLITS 32
#define SPLIT_PIXELS 196

typedef struct window_work {
    dn_engine *engine;
    const dn_node *node;
    dn_laid_out weights;
    dn_bands bands;
    int splits, bands_per_split;
    dn_affine affine;
    dn_frame_shape input;    /* activated maps, or pictures, forward */
    dn_frame_shape window;   /* the same for the weight gradient */
    dn_frame_shape gradient; /* of the output */
    size_t input_floats, window_floats, gradient_floats, passed_floats, kernel_floats;
} window_work;

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ---- the cut ---- */

static int bands_pixels(const dn_node *node)
{
    int channels = node->in > node->out ? node->in : node->out;
    return BAND_FLOATS / channels;
}

/* Winograd's tiles reach right and below by what completes a tile. */
static void reach_tiles(dn_frame_shape *shape, const dn_bands *bands)
{
    shape->right = 4 * dn_ceil_divide(bands->width, 4) - bands->width;
    shape->below = 4 * dn_ceil_divide(bands->rows, 4) - bands->rows;
    int last = bands->height % bands->rows;
    int last_below = last ? 4 * dn_ceil_divide(last, 4) - last : 0;
    shape->below = last_below > shape->below ? last_below : shape->below;
}

static size_t winograd_floats(const dn_engine *engine, int in, int out)
{
    dn_winograd op = {.channels = in, .panels = {.outputs = out}, .tiles_per_task = TILES_AT_ONCE};
    return dn_winograd_scratch(&op, engine->kernels);
}

static window_work cut_window(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    bool pictures = node->source == DN_NONE;
    const dn_maps *source = pictures ? NULL : &engine->graph.maps[node->source];
    window_work work = {.node = node};
    work.bands = dn_cut_bands(images, target->height, target->width, bands_pixels(node));
    int pixels = images * target->height * target->width;
    int splits = pixels / SPLIT_PIXELS < MOST_SPLITS ? pixels / SPLIT_PIXELS : MOST_SPLITS;
    work.bands_per_split = dn_ceil_divide(work.bands.count, splits > 1 ? splits : 1);
    work.splits = dn_ceil_divide(work.bands.count, work.bands_per_split);

    work.input = (dn_frame_shape){.height = pictures ? engine->graph.height : source->height,
                                  .width = pictures ? engine->graph.width : source->width,
                                  .stride = node->stride,
                                  .kernel = node->kernel,
                                  .before = node->kernel / 2,
                                  .channels = node->in,
                                  .pixel_stride = node->in};
    work.window = work.input;
    if (!pictures)
        work.window.pixel_stride = dn_packed_stride(node->in);
    work.gradient = (dn_frame_shape){.height = target->height,
                                     .width = target->width,
                                     .stride = 1,
                                     .kernel = pictures ? 1 : node->kernel,
                                     .before = pictures ? 0 : node->kernel / 2,
                                     .channels = node->out,
                                     .pixel_stride = node->out};
    if (dn_node_form(engine, node, false) == DN_WINDOW_WINOGRAD)
        reach_tiles(&work.input, &work.bands);
    if (dn_node_form(engine, node, true) == DN_WINDOW_WINOGRAD)
        reach_tiles(&work.gradient, &work.bands);

    int group = work.bands.group, rows = work.bands.rows;
    work.input_floats = dn_round_up(dn_frame_size(&work.input, group, rows) + 64, 16);
    work.window_floats = dn_round_up(dn_frame_size(&work.window, group, rows) + 64, 16);
    work.gradient_floats = dn_round_up(dn_frame_size(&work.gradient, group, rows) + 64, 16);
    work.passed_floats =
        pictures ? 0
                 : dn_round_up((size_t)(group * rows * target->width) * (size_t)node->in + 64, 16);
    if (dn_node_form(engine, node, false) == DN_WINDOW_WINOGRAD)
        work.kernel_floats = winograd_floats(engine, node->in, node->out);
    if (dn_node_form(engine, node, true) == DN_WINDOW_WINOGRAD)
        work.kernel_floats =
            larger(work.kernel_floats, winograd_floats(engine, node->out, node->in));
    return work;
}

/* Of the weight gradient, a split's: rows of [column][channel] or of channels. */
static dn_weight_partials partials_of(const window_work *work)
{
    const dn_node *node = work->node;
    bool pictures = node->source == DN_NONE;
    dn_weight_partials partials = {.splits = work->splits,
                                   .shifts = pictures ? node->kernel : node->kernel * node->kernel,
                                   .columns = pictures ? node->kernel : 1};
    partials.row_stride = dn_padded(partials.columns * node->in);
    partials.split_stride =
        (size_t)partials.shifts * (size_t)node->out * (size_t)partials.row_stride;
    return partials;
}

void dn_window_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    window_work work = cut_window(engine, node, engine->options.images);
    dn_weight_partials partials = partials_of(&work);
    size_t forward = (size_t)work.bands.count * dn_statistics_record(node->out);
    size_t backward = (size_t)work.splits * (partials.split_stride + dn_norm_record(node->in));
    size_t passes = work.window_floats + work.gradient_floats + work.passed_floats;
    *needs = (dn_needs){.panels = dn_panels_needed(engine, node),
                        .weights = (size_t)(node->kernel * node->kernel) * (size_t)node->in *
                                   (size_t)node->out,
                        .partials = larger(forward, backward),
                        .thread = larger(work.input_floats, passes) + work.kernel_floats};
}

/* ---- lines of a frame ---- */

static void activated_line(const void *context, int image, int y, float *line)
{
    const window_work *work = context;
    const dn_engine *engine = work->engine;
    dn_grid source =
        dn_map_grid(engine, work->node->source, engine->maps[work->node->source].value, 0);
    const dn_frame_shape *shape = &work->input;
    dn_activate op = {.channels = work->node->in, .affine = work->affine};
    (void)shape;
    op.input = source;
    op.input.data += image * source.image_stride + y * source.row_stride;
    op.input.images = op.input.height = 1;
    op.output = op.input;
    op.output.data = line;
    op.output.pixel_stride = work->input.pixel_stride;
    engine->kernels->activate(&op, 0);
}

static void picture_line(const void *context, int image, int y, float *line)
{
    const window_work *work = context;
    int channels = work->node->in, width = work->input.width, height = work->input.height;
    for (int c = 0; c < channels; c++) {
        const float *from =
            work->engine->input +
            (((size_t)image * (size_t)channels + (size_t)c) * (size_t)height + (size_t)y) *
                (size_t)width;
        for (int x = 0; x < width; x++)
            line[x * channels + c] = from[x];
    }
}

static void gradient_line(const void *context, int image, int y, float *line)
{
    const window_work *work = context;
    const dn_frame_shape *shape = &work->gradient;
    dn_output_gradient(work->engine, work->node, (image * shape->height + y) * shape->width,
                       shape->width, (dn_rows){line, shape->pixel_stride});
}

/* ---- forward ---- */

/* Convolves a frame into a grid of the band's pixels. */
static void convolve(const window_work *work, const dn_laid_out *weights, int channels, int kernel,
                     int stride, dn_grid input, dn_grid output, float *scratch)
{
    const dn_kernels *kernels = work->engine->kernels;
    if (weights->form == DN_WINDOW_WINOGRAD) {
        dn_winograd op = {.input = input,
                          .output = output,
                          .channels = channels,
                          .panels = weights->panels,
                          .panel_stride = weights->stride,
                          .tiles_per_task = TILES_AT_ONCE};
        for (int task = 0; task < dn_winograd_tasks(&op); task++)
            kernels->winograd(&op, task, scratch);
        return;
    }
    dn_conv op = {.input = input,
                  .output = output,
                  .channels = channels,
                  .kernel = kernel,
                  .stride = stride,
                  .padding = kernel / 2,
                  .panels = weights->panels,
                  .pixels_per_task = PIXELS_AT_ONCE};
    for (int task = 0; task < dn_conv_tasks(&op); task++)
        kernels->conv(&op, task, scratch);
}

/* The band's part of a map. */
static dn_grid band_grid(const dn_engine *engine, int maps, float *data, int channel,
                         const dn_band *band)
{
    dn_grid grid = dn_map_grid(engine, maps, data, channel);
    grid.data += band->image * grid.image_stride + band->top * grid.row_stride;
    grid.images = band->images;
    grid.height = band->rows;
    return grid;
}

static void forward_band(void *context, int task, int thread)
{
    const window_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    dn_band band = dn_band_at(&work->bands, task);
    float *scratch = dn_thread_scratch(engine, thread);
    dn_grid input =
        dn_fill_frame(&work->input, &band, node->source == DN_NONE ? picture_line : activated_line,
                      work, scratch);
    dn_grid output = band_grid(engine, node->target, engine->maps[node->target].value,
                               node->target_channel, &band);
    convolve(work, &work->weights, node->in, node->kernel, node->stride, input, output,
             scratch + work->input_floats);
    dn_finish_rows(engine, node, band.first_pixel, band.pixels,
                   engine->partials + (size_t)task * dn_statistics_record(node->out));
}

void dn_window_forward(dn_engine *engine, const dn_node *node)
{
    window_work work = cut_window(engine, node, engine->images);
    work.engine = engine;
    work.weights = dn_lay_out_weights(engine, node);
    if (node->source != DN_NONE)
        work.affine = dn_prepare_norm(engine, node);
    dn_parallel(engine->options.threads, work.bands.count, forward_band, &work);
    dn_join_statistics(engine, node, work.bands.count);
}

/* ---- backward ---- */

/* Adds a band's part of the weight gradient to the split's sums. */
static void add_band_product(const window_work *work, const dn_band *band, dn_grid window,
                             dn_grid gradient, float *sums, bool accumulate)
{
    const dn_node *node = work->node;
    const float *left[DN_MAX_BAND_LINES], *right[DN_MAX_BAND_LINES];
    ptrdiff_t shift[9], before = work->window.before;
    int lines = 0;
    dn_weight_partials partials = partials_of(work);
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
    work->engine->kernels->gradients->product(
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
                      .out = sums,
                      .row_stride = partials.row_stride,
                      .shift_stride = (ptrdiff_t)node->out * partials.row_stride,
                      .accumulate = accumulate});
}

/* Takes the gradient of a band's outputs back to the source. */
static void pass_band_back(const window_work *work, const dn_band *band, dn_grid gradient,
                           float *passed, float *kernel_scratch, float *record)
{
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    const dn_map_state *source = &engine->maps[node->source];
    ptrdiff_t line = (ptrdiff_t)work->bands.width * node->in;
    dn_grid output = {.data = passed,
                      .images = band->images,
                      .height = band->rows,
                      .width = work->bands.width,
                      .pixel_stride = node->in,
                      .row_stride = line,
                      .image_stride = line * band->rows};
    convolve(work, &work->weights, node->out, node->kernel, 1, gradient, output, kernel_scratch);
    dn_norm_gradient op = dn_prepare_norm_gradient(engine, node, 0, node->in, record);
    op.gradient = (dn_rows){passed, node->in};
    op.value = dn_map_rows(engine, node->source, source->value, 0, (size_t)band->first_pixel);
    op.out = dn_map_rows(engine, node->source, source->gradient, 0, (size_t)band->first_pixel);
    op.count = band->pixels;
    engine->kernels->gradients->norm_gradient(&op);
}

/* A split's records: of the norm, behind all splits' weight gradients. */
static float *norm_records(const window_work *work)
{
    return work->engine->partials + (size_t)work->splits * partials_of(work).split_stride;
}

static void backward_split(void *context, int split, int thread)
{
    const window_work *work = context;
    const dn_engine *engine = work->engine;
    const dn_node *node = work->node;
    float *gradient_frame = dn_thread_scratch(engine, thread);
    float *window_frame = gradient_frame + work->gradient_floats;
    float *passed = window_frame + work->window_floats;
    float *kernel_scratch = passed + work->passed_floats;
    float *sums = engine->partials + (size_t)split * partials_of(work).split_stride;
    float *record = norm_records(work) + (size_t)split * dn_norm_record(node->in);
    bool learns = !engine->frozen[node->weight], passes = dn_passes_back(engine, node);
    memset(record, 0, dn_norm_record(node->in) * sizeof *record);
    window_work windows = *work;
    windows.input = work->window;
    int first = split * work->bands_per_split, end = first + work->bands_per_split;
    for (int index = first; index < end && index < work->bands.count; index++) {
        dn_band band = dn_band_at(&work->bands, index);
        dn_grid gradient =
            dn_fill_frame(&work->gradient, &band, gradient_line, work, gradient_frame);
        if (learns) {
            dn_grid window = dn_fill_frame(&work->window, &band,
                                           node->source == DN_NONE ? picture_line : activated_line,
                                           &windows, window_frame);
            add_band_product(work, &band, window, gradient, sums, index > first);
        }
        if (passes)
            pass_band_back(work, &band, gradient, passed, kernel_scratch, record);
    }
}

void dn_window_backward(dn_engine *engine, const dn_node *node)
{
    window_work work = cut_window(engine, node, engine->images);
    bool passes = dn_passes_back(engine, node);
    work.engine = engine;
    dn_prepare_output_gradient(engine, node);
    if (node->source != DN_NONE)
        work.affine = dn_prepare_norm(engine, node);
    if (passes)
        work.weights = dn_lay_out_transposed(engine, node, 1);
    dn_parallel(engine->options.threads, work.splits, backward_split, &work);
    if (!engine->frozen[node->weight]) {
        dn_weight_partials partials = partials_of(&work);
        partials.data = engine->partials;
        dn_add_weight_gradient(engine, node, &partials);
    }
    if (passes)
        dn_join_norm_gradient(engine, node, norm_records(&work), work.splits);
}
