/* SPDX-License-Identifier: MIT */
/* A convolution with windows: the stem's, of pictures, and the layers', of
 * activated maps. The activated maps exist a band at a time. */
#include "train/engine/window_node.h"

#include "base/arithmetic.h"

/* Activated pixels of a band should stay in half a usual second-level cache. */
#define BAND_FLOATS 40000

/* What a thread multiplies at once. */
#define TILES_AT_ONCE 16

/* ---- frames ---- */

dn_frame_shape dn_source_frame(const dn_engine *engine, const dn_node *node)
{
    bool pictures = node->source == DN_NONE;
    const dn_maps *source = pictures ? NULL : &engine->graph.maps[node->source];
    return (dn_frame_shape){.height = pictures ? engine->graph.height : source->height,
                            .width = pictures ? engine->graph.width : source->width,
                            .stride = node->stride,
                            .kernel = node->kernel,
                            .before = node->kernel / 2,
                            .channels = node->in,
                            .pixel_stride = node->in};
}

static int completing(int pixels)
{
    return 4 * dn_ceil_divide(pixels, 4) - pixels;
}

void dn_reach_tiles(dn_frame_shape *frame, const dn_bands *bands)
{
    int usual = completing(bands->rows), last = completing(bands->height % bands->rows);
    frame->right = completing(bands->width);
    frame->below = usual > last ? usual : last;
}

static void activated_line(const void *context, int image, int y, float *line)
{
    const dn_window_source *source = context;
    const dn_engine *engine = source->work->engine;
    const dn_affine *affine = &source->work->affine;
    int maps = source->work->node->source, channel = source->channel;
    dn_grid grid = dn_map_grid(engine, maps, engine->maps[maps].value, channel);
    grid.data = dn_pixel_at(&grid, image, y, 0);
    grid.images = grid.height = 1;
    dn_activate op = {
        grid, grid, source->channels, {affine->scale + channel, affine->shift + channel}};
    op.output.data = line;
    op.output.pixel_stride = source->pixel_stride;
    engine->kernels->activate(&op, 0);
}

static void picture_line(const void *context, int image, int y, float *line)
{
    const dn_window_source *source = context;
    const dn_engine *engine = source->work->engine;
    size_t height = (size_t)engine->graph.height, width = (size_t)engine->graph.width;
    size_t channels = (size_t)source->channels;
    for (size_t c = 0; c < channels; c++) {
        const float *from =
            engine->input + (((size_t)image * channels + c) * height + (size_t)y) * width;
        for (size_t x = 0; x < width; x++)
            line[x * channels + c] = from[x];
    }
}

dn_fill_line *dn_source_line(const dn_node *node)
{
    return node->source == DN_NONE ? picture_line : activated_line;
}

/* ---- convolution ---- */

size_t dn_convolve_scratch(const dn_engine *engine, dn_window_form form, int in, int out)
{
    dn_winograd op = {.channels = in, .panels = {.outputs = out}};
    return form == DN_WINDOW_WINOGRAD
               ? dn_winograd_scratch(&op, engine->kernels->lanes, TILES_AT_ONCE)
               : 0;
}

void dn_convolve(const dn_engine *engine, const dn_convolution *convolution, float *scratch)
{
    const dn_laid_out *weights = &convolution->weights;
    dn_piece piece = {.end_panel = dn_panel_count(engine->kernels, weights->panels.outputs)};
    if (weights->form == DN_WINDOW_WINOGRAD) {
        dn_winograd op = {.input = convolution->input,
                          .output = convolution->output,
                          .channels = convolution->channels,
                          .panels = weights->panels,
                          .panel_stride = weights->stride};
        for (int tiles = dn_winograd_tiles(&op); piece.first < tiles; piece.first = piece.end) {
            piece.end = dn_min(piece.first + TILES_AT_ONCE, tiles);
            engine->kernels->winograd(&op, piece, scratch);
        }
        return;
    }
    dn_conv op = {.input = convolution->input,
                  .output = convolution->output,
                  .channels = convolution->channels,
                  .kernel = convolution->kernel,
                  .stride = convolution->stride,
                  .padding = convolution->kernel / 2,
                  .panels = weights->panels};
    piece.end = dn_grid_pixels(&op.output);
    engine->kernels->conv(&op, piece);
}

/* ---- forward ---- */

typedef struct forward_work {
    dn_window_work window;
    dn_bands bands;
    dn_frame_shape frame;
    size_t frame_floats;
} forward_work;

static forward_work cut_forward(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    int channels = node->in > node->out ? node->in : node->out;
    forward_work work = {
        .bands = dn_cut_bands(images, target->height, target->width, BAND_FLOATS / channels),
        .frame = dn_source_frame(engine, node)};
    if (dn_node_form(engine, node) == DN_WINDOW_WINOGRAD)
        dn_reach_tiles(&work.frame, &work.bands);
    work.frame_floats = dn_frame_size(&work.frame, work.bands.group, work.bands.rows);
    return work;
}

void dn_window_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    forward_work work = cut_forward(engine, node, engine->options.images);
    dn_window_form form = dn_node_form(engine, node);
    dn_needs backward;
    dn_window_backward_needs(engine, node, &backward);
    *needs = (dn_needs){.panels = dn_panels_needed(engine, node),
                        .partials = (size_t)work.bands.count * dn_statistics_record(node->out),
                        .thread = work.frame_floats +
                                  dn_convolve_scratch(engine, form, node->in, node->out)};
    dn_raise_needs(needs, &backward);
}

static void forward_band(void *context, int task, int thread)
{
    const forward_work *work = context;
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    dn_band band = dn_band_at(&work->bands, task);
    float *scratch = dn_thread_scratch(engine, thread);
    dn_window_source source = {&work->window, 0, node->in, node->in};
    dn_convolution convolution = {
        .channels = node->in,
        .kernel = node->kernel,
        .stride = node->stride,
        .weights = work->window.weights,
        .input = dn_fill_frame(&work->frame, &band, dn_source_line(node), &source, scratch),
        .output = dn_map_grid(engine, node->target, engine->maps[node->target].value,
                              node->target_channel)};
    dn_grid *output = &convolution.output;
    output->data = dn_pixel_at(output, band.image, band.top, 0);
    output->images = band.images;
    output->height = band.rows;
    dn_convolve(engine, &convolution, scratch + work->frame_floats);
    dn_finish_rows(engine, node, band.first_pixel, band.pixels,
                   engine->partials + (size_t)task * dn_statistics_record(node->out));
}

void dn_window_forward(dn_engine *engine, const dn_node *node)
{
    forward_work work = cut_forward(engine, node, engine->images);
    work.window = (dn_window_work){
        .engine = engine, .node = node, .weights = dn_lay_out_weights(engine, node)};
    if (node->source != DN_NONE)
        work.window.affine = dn_prepare_norm(engine, node);
    dn_parallel(engine->options.threads, work.bands.count, forward_band, &work);
    dn_join_statistics(engine, node, work.bands.count);
}
