/* SPDX-License-Identifier: MIT */
/* A convolution with windows: the stem's, of pictures, and the layers', of
 * activated maps. The activated maps exist a band at a time. */
#include "train/engine/nodes.h"
#include "train/engine/window_gradient.h"

/* Activated pixels of a band should fit in half of a typical second-level cache. */
#define BAND_FLOATS 40000

typedef struct forward_work {
    dn_window_work window;
    const dn_kernels *kernels;
    dn_bands bands;
    dn_frame_shape frame;
    size_t frame_floats;
    size_t output_floats; /* of a band, where they are not yet maps */
} forward_work;

static forward_work split_forward(const dn_engine *engine, const dn_node *node, int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    int channels = node->in > node->out ? node->in : node->out;
    forward_work work = {.kernels = dn_product_kernels(engine, node, false),
                         .bands = dn_split_into_bands(images, target->height, target->width,
                                                      BAND_FLOATS / channels)};
    work.frame = dn_source_frame(engine, node, work.kernels->maps);
    if (dn_node_form(engine, node) == DN_WINDOW_WINOGRAD)
        dn_extend_to_tiles(&work.frame, &work.bands);
    work.frame_floats = dn_frame_floats(&work.frame, &work.bands);
    if (work.kernels->maps != engine->options.maps)
        work.output_floats = (size_t)(work.bands.group * work.bands.rows * work.bands.width) *
                             (size_t)dn_padded(node->out);
    return work;
}

static void needs_of(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    forward_work work = split_forward(engine, node, engine->options.images);
    dn_needs backward;
    dn_window_backward_needs(engine, node, &backward);
    *needs = (dn_needs){.panels = dn_panels_needed(engine, node),
                        .partials = (size_t)work.bands.count * dn_statistics_record(node->out),
                        .thread = work.frame_floats + work.output_floats +
                                  dn_convolve_scratch(engine, node, false)};
    dn_raise_needs(needs, &backward);
}

/* The band's outputs: maps, or floats that become maps of bfloat16. */
static dn_grid output_of(const forward_work *work, const dn_band *band, float *floats)
{
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    dn_grid output = dn_value_grid(engine, node->target, node->target_channel);
    if (work->output_floats) {
        ptrdiff_t stride = dn_padded(node->out), line = stride * work->bands.width;
        output = (dn_grid){.data = floats,
                           .width = work->bands.width,
                           .pixel_stride = stride,
                           .row_stride = line,
                           .image_stride = line * band->rows};
    } else
        output.address = dn_map_at(engine->options.maps, &output, band->image, band->top, 0);
    output.images = band->images;
    output.height = band->rows;
    return output;
}

static void store_band(const forward_work *work, const dn_band *band, const dn_grid *output)
{
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    engine->map_kernels->gradients->store_rows(&(dn_store_rows){
        .input = {output->data, output->pixel_stride},
        .out = dn_value_rows(engine, node->target, node->target_channel, (size_t)band->first_pixel),
        .count = band->pixels,
        .channels = node->out});
}

static void forward_band(void *context, int task, int thread)
{
    const forward_work *work = context;
    const dn_engine *engine = work->window.engine;
    const dn_node *node = work->window.node;
    dn_band band = dn_band_at(&work->bands, task);
    float *scratch = dn_thread_scratch(engine, thread);
    dn_window_source source = {&work->window, &work->frame, 0};
    dn_convolution convolution = {
        .kernels = work->kernels,
        .channels = node->in,
        .kernel = node->kernel,
        .stride = node->stride,
        .weights = work->window.weights,
        .input = dn_fill_frame(&work->frame, &band, dn_source_line(node), &source, scratch),
        .output = output_of(work, &band, scratch + work->frame_floats)};
    dn_convolve(&convolution, scratch + work->frame_floats + work->output_floats);
    if (work->output_floats)
        store_band(work, &band, &convolution.output);
    dn_finish_rows(engine, node, band.first_pixel, band.pixels,
                   engine->partials + (size_t)task * dn_statistics_record(node->out));
}

static void forward(dn_engine *engine, const dn_node *node)
{
    forward_work work = split_forward(engine, node, engine->images);
    work.window = (dn_window_work){
        .engine = engine, .node = node, .weights = dn_lay_out_weights(engine, node)};
    if (node->source != DN_NONE)
        work.window.affine = dn_prepare_norm(engine, node);
    dn_parallel(engine->options.team, work.bands.count, forward_band, &work);
    dn_join_statistics(engine, node, work.bands.count);
}

const dn_node_row dn_window_row = {needs_of, forward, dn_window_backward};
