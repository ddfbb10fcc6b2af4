/* SPDX-License-Identifier: MIT */
/*
 * Every frame of a plan. A batch goes through the early blocks, whose maps are
 * large, a few images at a time, so that what a layer writes is still in a
 * cache when the next one reads it; through the late ones, whose weights are
 * large, many at a time. Memory shrinks with it.
 */
#include "inference/planner.h"

#include "base/arithmetic.h"

/* Maps that a block should keep at hand. */
#define WORKING_BYTES ((size_t)8 << 20)

/* Pixels that give a thread something to do. */
#define THREAD_PIXELS 200

/* How many images of so many bytes and pixels a block takes, in multiples of
 * what the block before it takes. */
static int images_at_once(const dn_planner *p, size_t bytes, int pixels, int before)
{
    int all = p->plan->images;
    size_t cached = WORKING_BYTES / bytes;
    if (p->whole || cached >= (size_t)all)
        return all;
    int most = dn_max((int)cached, dn_ceil_divide(p->threads * THREAD_PIXELS, pixels));
    int even = dn_ceil_divide(all, dn_ceil_divide(all, most));
    int images = dn_ceil_divide(even, before) * before;
    return images < all ? images : all;
}

static size_t image_bytes(const dn_frame *frame)
{
    return (size_t)frame->grid.image_stride * sizeof(float);
}

static dn_frame block_maps(const dn_planner *p, int block, int height, int width)
{
    return dn_make_frame(1, height, width, dn_block_out(&p->model->arch, block), 0, 0);
}

/* Windows reach one pixel around the image, Winograd's whole 4x4 tiles up to
 * four behind it. */
static dn_frame block_windows(const dn_planner *p, int block, int height, int width)
{
    const dn_arch *arch = &p->model->arch;
    int channels = dn_bottleneck_width(arch);
    int below = 4 * dn_ceil_divide(height, 4) - height;
    int right = 4 * dn_ceil_divide(width, 4) - width;
    return dn_make_frame(1, height, width, channels ? channels : dn_block_out(arch, block), 1,
                         1 + dn_max(below, right));
}

/* Opens a frame for so many images. */
static dn_framed open_images(dn_planner *p, dn_frame frame, int images)
{
    frame.grid.images = images;
    return dn_open_frame(p, frame);
}

/* The input and what the stem's convolutions make of it, geometry only; returns
 * the bytes of an image. */
static size_t lay_out_stem(dn_planner *p, int *height, int *width)
{
    const dn_arch *arch = &p->model->arch;
    dn_stem_conv convs[3];
    int count = dn_stem_convs(arch, convs), border = convs[0].kernel / 2;
    p->input.frame = dn_make_frame(1, *height, *width, arch->channels, border, border);
    size_t bytes = image_bytes(&p->input.frame);
    for (int unit = 0; unit < count; unit++) {
        /* Kernel 2 p + 1, padding p: only the stride shrinks an image. */
        *height = dn_ceil_divide(*height, convs[unit].stride);
        *width = dn_ceil_divide(*width, convs[unit].stride);
        border = unit + 1 < count;
        p->stem[unit].frame = dn_make_frame(1, *height, *width, convs[unit].out, border, border);
        bytes += image_bytes(&p->stem[unit].frame);
    }
    return bytes;
}

/* Where the stem does not pool, its last convolution writes into the block. */
static void open_stem(dn_planner *p, int images)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(&p->model->arch, convs) - !dn_stem_pools(&p->model->arch);
    p->input = open_images(p, p->input.frame, images);
    for (int unit = 0; unit < count; unit++)
        p->stem[unit] = open_images(p, p->stem[unit].frame, images);
}

void dn_open_frames(dn_planner *p)
{
    const dn_arch *arch = &p->model->arch;
    int height = p->plan->height, width = p->plan->width, images = 1;
    size_t stem_bytes = lay_out_stem(p, &height, &width);
    if (dn_stem_pools(arch)) {
        height = (height + 1) / 2;
        width = (width + 1) / 2;
    }
    for (int block = 0; block < arch->block_count; block++, height /= 2, width /= 2) {
        dn_frame maps = block_maps(p, block, height, width);
        dn_frame windows = block_windows(p, block, height, width);
        size_t bytes = image_bytes(&maps) + image_bytes(&windows);
        if (block == 0 && stem_bytes > bytes)
            bytes = stem_bytes;
        images = images_at_once(p, bytes, height * width, images);
        if (block == 0)
            open_stem(p, images);
        bool last = block + 1 == arch->block_count;
        p->blocks[block].windows = open_images(p, windows, images);
        p->blocks[block].maps = open_images(p, maps, last ? p->plan->images : images);
    }
}
