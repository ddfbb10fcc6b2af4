/* SPDX-License-Identifier: MIT */
/*
 * All frames of a plan. A batch goes through the early blocks, whose maps are
 * large, a few images at a time, so that what a layer writes is still in a
 * cache when the next one reads it, and through the late blocks, whose weights
 * are large, many at a time. This also saves memory.
 */
#include "inference/planner.h"

#include "base/arithmetic.h"
#include "network/widths.h"

/* Bytes of maps that a block should keep in a cache. */
#define WORKING_BYTES ((size_t)8 << 20)

/* Pixels that keep a thread busy. */
#define THREAD_PIXELS 200

/* How many images a block takes at once, in multiples of what the block before it takes.
 * bytes and pixels are those of one image. */
static int images_at_once(const dn_planner *p, size_t bytes, int pixels, int before)
{
    int all = p->plan->images;
    size_t cached = WORKING_BYTES / bytes;
    if (p->request->whole || cached >= (size_t)all)
        return all;
    int most =
        dn_max((int)cached, dn_ceil_divide(p->request->team.threads * THREAD_PIXELS, pixels));
    int even = dn_ceil_divide(all, dn_ceil_divide(all, most));
    int images = dn_ceil_divide(even, before) * before;
    return images < all ? images : all;
}

static size_t image_bytes(const dn_planner *p, const dn_frame *frame)
{
    return (size_t)frame->grid.image_stride * dn_dtype_size(p->kernels->maps);
}

/* A frame for one image of these maps, with the border that windows of this kernel need. */
static dn_frame frame_of(const dn_maps *maps, int kernel)
{
    return dn_make_frame(1, maps->height, maps->width, maps->channels, kernel / 2, kernel / 2);
}

/* Windows reach one pixel beyond the image, Winograd's whole 4x4 tiles up to
 * four after it. A block of plain layers needs this frame for all of its maps. */
static dn_frame block_windows(const dn_planner *p, int block)
{
    const dn_maps *maps = &p->graph.maps[p->graph.blocks[block].maps];
    int width = dn_bottleneck_width(p->arch);
    int below = 4 * dn_ceil_divide(maps->height, 4) - maps->height;
    int right = 4 * dn_ceil_divide(maps->width, 4) - maps->width;
    return dn_make_frame(1, maps->height, maps->width, width ? width : maps->channels, 1,
                         1 + dn_max(below, right));
}

/* Opens a frame for this many images. */
static dn_framed open_images(dn_planner *p, dn_frame frame, int images)
{
    frame.grid.images = images;
    return dn_open_frame(p, frame);
}

/* The kernel size of the windows that read a stem's maps; 1 for a pool, which needs no
 * border. */
static int reading_kernel(const dn_graph *graph, const dn_maps *maps)
{
    const dn_node *reader = &graph->nodes[maps->last_reader];
    return reader->kind == DN_NODE_WINDOW ? reader->kernel : 1;
}

/* Lays out the pictures and the stem's maps before the first block's, without buffers.
 * Returns the bytes of one image. */
static size_t lay_out_stem(dn_planner *p)
{
    const dn_graph *graph = &p->graph;
    const dn_node *first = &graph->nodes[0];
    int border = first->kernel / 2;
    p->input.frame = dn_make_frame(1, graph->height, graph->width, first->in, border, border);
    if (p->request->prepared->values) {
        const dn_node_quantisation *numbers = p->request->prepared->model->quantisation->nodes;
        p->input.frame.scale = numbers[0].input_scale[0];
        p->input.frame.zero = (uint8_t)numbers[0].input_zero;
    }
    size_t bytes = image_bytes(p, &p->input.frame);
    for (int i = 0; i < graph->map_count && graph->maps[i].kind == DN_MAPS_STEM; i++) {
        p->frames[i].frame = frame_of(&graph->maps[i], reading_kernel(graph, &graph->maps[i]));
        bytes += image_bytes(p, &p->frames[i].frame);
    }
    return bytes;
}

/* If the stem does not end in a pool, its last convolution writes into the block. */
static void open_stem(dn_planner *p, int images)
{
    const dn_graph *graph = &p->graph;
    p->input = open_images(p, p->input.frame, images);
    for (int i = 0; i < graph->map_count && graph->maps[i].kind == DN_MAPS_STEM; i++) {
        const dn_node *reader = &graph->nodes[graph->maps[i].last_reader];
        if (reader->kind == DN_NODE_WINDOW || reader->pools)
            p->frames[i] = open_images(p, p->frames[i].frame, images);
    }
}

void dn_open_frames(dn_planner *p)
{
    int images = 1, blocks = p->arch->block_count;
    size_t stem_bytes = lay_out_stem(p);
    for (int block = 0; block < blocks; block++) {
        int number = p->graph.blocks[block].maps;
        const dn_maps *measured = &p->graph.maps[number];
        dn_frame maps = frame_of(measured, 1), windows = block_windows(p, block);
        size_t bytes = image_bytes(p, &maps) + image_bytes(p, &windows);
        if (block == 0 && stem_bytes > bytes)
            bytes = stem_bytes;
        images = images_at_once(p, bytes, measured->height * measured->width, images);
        if (block == 0)
            open_stem(p, images);
        bool last = block + 1 == blocks;
        p->windows[block] = open_images(p, windows, images);
        p->frames[number] = open_images(p, maps, last ? p->plan->images : images);
    }
}
