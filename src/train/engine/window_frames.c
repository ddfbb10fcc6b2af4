/* SPDX-License-Identifier: MIT */
#include "train/engine/window_frames.h"

#include "base/arithmetic.h"

/* What a thread multiplies at once. */
#define TILES_AT_ONCE 16

dn_frame_shape dn_source_frame(const dn_engine *engine, const dn_node *node, dn_dtype type)
{
    bool pictures = node->source == DN_NONE;
    const dn_maps *source = pictures ? NULL : &engine->graph.maps[node->source];
    return (dn_frame_shape){.height = pictures ? engine->graph.height : source->height,
                            .width = pictures ? engine->graph.width : source->width,
                            .stride = node->stride,
                            .kernel = node->kernel,
                            .before = node->kernel / 2,
                            .channels = node->in,
                            .pixel_stride = node->in,
                            .type = type};
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

static void activated_line(const void *context, int image, int y, void *line)
{
    const dn_window_source *source = context;
    const dn_frame_shape *frame = source->frame;
    const dn_engine *engine = source->work->engine;
    int maps = source->work->node->source, channel = source->channel;
    size_t first = ((size_t)image * (size_t)frame->height + (size_t)y) * (size_t)frame->width;
    dn_map_rows value = dn_value_rows(engine, maps, channel, first);
    dn_affine affine = dn_affine_at(&source->work->affine, channel);
    if (frame->type != DN_F32)
        engine->map_kernels->activate(
            &(dn_activate){.input = {.address = value.address,
                                     .height = 1,
                                     .width = frame->width,
                                     .pixel_stride = value.stride},
                           .output = {.address = line, .pixel_stride = frame->pixel_stride},
                           .channels = frame->channels,
                           .affine = affine},
            0);
    else
        engine->map_kernels->gradients->activate_rows(
            &(dn_activate_rows){.value = value,
                                .out = {line, frame->pixel_stride},
                                .count = frame->width,
                                .channels = frame->channels,
                                .affine = affine});
}

static void picture_line(const void *context, int image, int y, void *line)
{
    const dn_window_source *source = context;
    const dn_engine *engine = source->work->engine;
    size_t height = (size_t)engine->graph.height, width = (size_t)engine->graph.width;
    size_t channels = (size_t)source->frame->channels;
    float *floats = line;
    uint16_t *halves = line;
    for (size_t c = 0; c < channels; c++) {
        const float *from =
            engine->input + (((size_t)image * channels + c) * height + (size_t)y) * width;
        if (source->frame->type == DN_F32)
            for (size_t x = 0; x < width; x++)
                floats[x * channels + c] = from[x];
        else
            for (size_t x = 0; x < width; x++)
                halves[x * channels + c] = dn_bf16_of_float(from[x]);
    }
}

dn_fill_line *dn_source_line(const dn_node *node)
{
    return node->source == DN_NONE ? picture_line : activated_line;
}

/* ---- convolution ---- */

size_t dn_convolve_scratch(const dn_engine *engine, const dn_node *node, bool transposed)
{
    const dn_kernels *kernels = dn_product_kernels(engine, node, transposed);
    int in = transposed ? node->out : node->in, out = transposed ? node->in : node->out;
    dn_panels panels = {.outputs = out, .unit = kernels->unit};
    if (dn_node_form(engine, node) == DN_WINDOW_WINOGRAD)
        return dn_winograd_scratch(&(dn_winograd){.channels = in, .panels = panels}, kernels->lanes,
                                   TILES_AT_ONCE);
    panels.depth = node->kernel * node->kernel * in;
    return dn_conv_scratch(kernels, &(dn_conv){.panels = panels}, DN_MAX_BLOCK_PIXELS);
}

void dn_convolve(const dn_convolution *convolution, float *scratch)
{
    const dn_kernels *kernels = convolution->kernels;
    const dn_laid_out *weights = &convolution->weights;
    dn_epilogue epilogue = {.floats = convolution->floats};
    dn_piece piece = {.end_panel = dn_panel_count(kernels, weights->panels.outputs)};
    if (weights->form == DN_WINDOW_WINOGRAD) {
        dn_winograd op = {.input = convolution->input,
                          .output = convolution->output,
                          .channels = convolution->channels,
                          .panels = weights->panels,
                          .epilogue = epilogue};
        for (int tiles = dn_winograd_tiles(&op); piece.first < tiles; piece.first = piece.end) {
            piece.end = dn_min(piece.first + TILES_AT_ONCE, tiles);
            kernels->winograd(&op, piece, scratch);
        }
        return;
    }
    dn_conv op = {.input = convolution->input,
                  .output = convolution->output,
                  .channels = convolution->channels,
                  .kernel = convolution->kernel,
                  .stride = convolution->stride,
                  .padding = convolution->kernel / 2,
                  .panels = weights->panels,
                  .epilogue = epilogue};
    piece.end = dn_grid_pixels(&op.output);
    kernels->conv(&op, piece, scratch);
}
