/* SPDX-License-Identifier: MIT */
#include "train/engine/window_frames.h"

#include "base/arithmetic.h"

/* What a thread multiplies at once. */
#define TILES_AT_ONCE 16

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

static int missing_from_tiles(int pixels)
{
    return 4 * dn_ceil_divide(pixels, 4) - pixels;
}

void dn_extend_to_tiles(dn_frame_shape *frame, const dn_bands *bands)
{
    int usual = missing_from_tiles(bands->rows),
        last = missing_from_tiles(bands->height % bands->rows);
    frame->right = missing_from_tiles(bands->width);
    frame->below = usual > last ? usual : last;
}

static void activated_line(const void *context, int image, int y, float *line)
{
    const dn_window_source *source = context;
    const dn_engine *engine = source->work->engine;
    int maps = source->work->node->source, channel = source->channel;
    const dn_maps *shape = &engine->graph.maps[maps];
    size_t first = ((size_t)image * (size_t)shape->height + (size_t)y) * (size_t)shape->width;
    engine->map_kernels->gradients->activate_rows(
        &(dn_activate_rows){.value = dn_value_rows(engine, maps, channel, first),
                            .out = {line, source->pixel_stride},
                            .count = shape->width,
                            .channels = source->channels,
                            .affine = dn_affine_at(&source->work->affine, channel)});
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
                          .panels = weights->panels};
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
    engine->kernels->conv(&op, piece, NULL);
}
