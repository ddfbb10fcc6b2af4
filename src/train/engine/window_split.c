/* SPDX-License-Identifier: MIT */
#include "train/engine/window_gradient.h"

#include "base/arithmetic.h"

/* Splits have enough pixels that joining their sums costs little, but there are
 * always a few. More pictures never give smaller splits or a lower limit on
 * their number: what is planned for the most pictures holds for fewer, even if
 * those are divided into more splits. */
#define SPLIT_PIXELS 392
#define LEAST_SPLITS 4
#define MOST_SPLITS 32

/* A band of Winograd's weight gradient has enough tiles that reading and
 * writing the sums costs little; activated maps are taken a few channels at a
 * time. A band of a direct one has as many pixels as fit in the second-level cache. */
#define WINOGRAD_BAND_PIXELS 896
#define SLICE_CHANNELS 32
#define DIRECT_BAND_FLOATS 40000

/* Floats of activations whose gradients are held at once. */
#define PIECE_FLOATS 40000

/* Tiles of 4x4 pay off as soon as a map fills most of them. Maps of bfloat16 are multiplied in
 * no other way: all of their windows are 3x3 and one apart. */
static bool takes_winograd(const dn_kernels *kernels, const dn_node *node, const dn_maps *target)
{
    if (node->source == DN_NONE)
        return false;
    return kernels->maps != DN_F32 ||
           (node->kernel == 3 && node->stride == 1 && target->height >= 3 && target->width >= 3);
}

static void split_bands(dn_window_gradient *work, const dn_node *node, const dn_maps *target,
                        int images)
{
    int channels = node->in > node->out ? node->in : node->out;
    int wanted = work->winograd ? WINOGRAD_BAND_PIXELS : DIRECT_BAND_FLOATS / channels;
    int pixels = images * target->height * target->width;
    int share = dn_max(dn_min(SPLIT_PIXELS, dn_ceil_divide(pixels, LEAST_SPLITS)),
                       dn_ceil_divide(pixels, MOST_SPLITS));
    work->most_splits =
        dn_min(dn_max(dn_ceil_divide(pixels, SPLIT_PIXELS), LEAST_SPLITS), MOST_SPLITS);
    work->bands = dn_split_into_bands(images, target->height, target->width, dn_min(wanted, share));
    work->bands_per_split = dn_ceil_divide(work->bands.count, work->most_splits);
    work->splits = dn_ceil_divide(work->bands.count, work->bands_per_split);
}

static void shape_frames(dn_window_gradient *work, const dn_engine *engine, const dn_node *node,
                         const dn_maps *target)
{
    bool pictures = node->source == DN_NONE;
    work->slice = work->winograd ? dn_min(SLICE_CHANNELS, node->in) : node->in;
    work->source = dn_source_frame(engine, node, pictures ? DN_F32 : work->kernels->maps);
    work->source.channels = work->slice;
    work->source.pixel_stride = pictures ? node->in : dn_packed_stride(work->slice);
    work->gradient = (dn_frame_shape){.height = target->height,
                                      .width = target->width,
                                      .stride = 1,
                                      .kernel = pictures ? 1 : node->kernel,
                                      .before = pictures ? 0 : node->kernel / 2,
                                      .channels = node->out,
                                      .pixel_stride = node->out,
                                      .type = work->source.type};
    if (work->winograd)
        dn_extend_to_tiles(&work->source, &work->bands);
    if (work->winograd || dn_node_form(engine, node) == DN_WINDOW_WINOGRAD)
        dn_extend_to_tiles(&work->gradient, &work->bands);
}

dn_weight_partials dn_window_partials(const dn_window_gradient *work, const dn_node *node)
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

dn_bands dn_split_window_pieces(const dn_node *node, int images, int rows, int width)
{
    return dn_split_into_bands(images, rows, width, PIECE_FLOATS / node->in);
}

static void size_memory(dn_window_gradient *work, const dn_engine *engine, const dn_node *node)
{
    const dn_bands *bands = &work->bands;
    work->gradient_floats = dn_frame_floats(&work->gradient, bands);
    if (work->gradient.type != DN_F32)
        work->line_floats = (size_t)dn_padded(bands->width * node->out);
    work->source_floats = dn_frame_floats(&work->source, bands);
    if (work->winograd) {
        dn_winograd_gradient op = {
            .gradient = {.images = bands->group, .height = bands->rows, .width = bands->width},
            .outputs = node->out,
            .channels = work->slice,
            .unit = work->kernels->unit};
        work->transformed_floats = 36 * dn_winograd_gradient_plane(&op);
        work->products_floats = dn_winograd_products_scratch(&op);
        work->sums_floats = 36 * (size_t)node->out * (size_t)dn_padded(node->in);
    }
    if (node->source == DN_NONE)
        return;
    /* A band lower than the others may be divided into larger pieces. */
    int lines =
        dn_most_band_lines(bands->images, bands->height, bands->width, PIECE_FLOATS / node->in);
    work->passed_floats = (size_t)dn_padded(lines * bands->width * node->in);
    work->convolve_floats = dn_convolve_scratch(engine, node, true);
}

dn_window_gradient dn_split_window_gradient(const dn_engine *engine, const dn_node *node,
                                            int images)
{
    const dn_maps *target = &engine->graph.maps[node->target];
    const dn_kernels *kernels = dn_product_kernels(engine, node, true);
    dn_window_gradient work = {.kernels = kernels,
                               .winograd = takes_winograd(kernels, node, target)};
    split_bands(&work, node, target, images);
    shape_frames(&work, engine, node, target);
    size_memory(&work, engine, node);
    return work;
}

void dn_window_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs)
{
    dn_window_gradient work = dn_split_window_gradient(engine, node, engine->options.images);
    size_t split = dn_window_partials(&work, node).split_stride + dn_norm_record(node->in);
    *needs = (dn_needs){.partials = (size_t)work.most_splits * split,
                        .thread = work.gradient_floats + work.line_floats + work.source_floats +
                                  work.transformed_floats + work.products_floats +
                                  work.sums_floats + work.passed_floats + work.convolve_floats};
}
