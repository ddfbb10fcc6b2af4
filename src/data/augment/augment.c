/* SPDX-License-Identifier: MIT */
#include "data/augment/augment.h"

#include "base/memory.h"
#include "data/augment/affine.h"
#include "data/augment/draw.h"
#include "data/augment/jpeg_loss.h"
#include "data/augment/pixel_ops.h"
#include "image/geometry.h"
#include "image/preprocess.h"
#include "image/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int draw_below(dn_random *random, int bound)
{
    return (int)dn_random_below(random, (uint32_t)bound);
}

/* Makes ten attempts at a crop of that area and ratio that fits; failing that,
 * takes the largest central crop of an allowed ratio. */
dn_crop dn_draw_crop(dn_random *random, int width, int height, const dn_crop_ranges *ranges)
{
    double ratio_low = ranges->ratio_low, ratio_high = ranges->ratio_high;
    double area = (double)width * height;
    for (int i = 0; i < 10; i++) {
        double target = area * dn_draw_uniform(random, ranges->scale_low, ranges->scale_high);
        double ratio = exp(dn_draw_uniform(random, log(ratio_low), log(ratio_high)));
        double w = rint(sqrt(target * ratio)), h = rint(sqrt(target / ratio));
        if (w >= 1 && w <= width && h >= 1 && h <= height) {
            dn_crop crop = {.width = (int)w, .height = (int)h};
            crop.y = draw_below(random, height - crop.height + 1);
            crop.x = draw_below(random, width - crop.width + 1);
            return crop;
        }
    }
    dn_crop crop = {.width = width, .height = height};
    if ((double)width / height < ratio_low)
        crop.height = (int)fmax(1, rint(width / ratio_low));
    else if ((double)width / height > ratio_high)
        crop.width = (int)fmax(1, rint(height * ratio_high));
    crop.x = (width - crop.width) / 2;
    crop.y = (height - crop.height) / 2;
    return crop;
}

/* Reduces a picture of more than 8 bits a sample to bytes; others are left alone. */
static dn_status to_bytes(const dn_image *image, dn_image *bytes)
{
    *bytes = *image;
    if (image->depth == 8)
        return DN_OK;
    size_t count = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    uint8_t *pixels = NULL;
    DN_TRY(dn_alloc_aligned(count, 1, &pixels));
    dn_bytes_of_samples(image->pixels, count, image->depth, pixels);
    bytes->depth = 8;
    bytes->pixels = pixels;
    return DN_OK;
}

/* A part of the picture as `size` pixels. */
static dn_status fit(const dn_augment *augment, const dn_preprocess *preprocess,
                     const dn_image *image, dn_extent size, dn_random *random, uint8_t *pixels)
{
    dn_filter filter = preprocess->filter == DN_GAUSSIAN ? DN_BILINEAR : preprocess->filter;
    size_t channels = (size_t)image->channels;
    dn_crop crop = {.width = image->width, .height = image->height};
    dn_window window = {.full_width = size.width,
                        .full_height = size.height,
                        .width = size.width,
                        .height = size.height};
    if (augment->kind == DN_AUGMENT_IMAGENET) {
        const dn_crop_ranges ranges = {augment->scale_low, augment->scale_high, 3.0 / 4, 4.0 / 3};
        crop = dn_draw_crop(random, image->width, image->height, &ranges);
    } else if (!preprocess->resize_width || preprocess->fit != DN_FIT_STRETCH) {
        bool keeps = preprocess->resize_width > 0;
        const dn_preprocess centre = {.resize = keeps                      ? size.height
                                                : size.width > size.height ? size.width
                                                                           : size.height,
                                      .resize_width = keeps ? size.width : 0,
                                      .fit = keeps ? DN_FIT_COVER : DN_FIT_STRETCH,
                                      .crop = size.height,
                                      .crop_width = size.width,
                                      .channels = 3,
                                      .std = {1, 1, 1}};
        dn_geometry geometry;
        DN_TRY(dn_geometry_plan(&centre, image->width, image->height, &geometry));
        window.full_width = geometry.axes[0].full;
        window.full_height = geometry.axes[1].full;
        window.x = geometry.axes[0].start;
        window.y = geometry.axes[1].start;
    }
    size_t stride = (size_t)image->width * channels;
    dn_pixels source = {.data = (const uint8_t *)image->pixels + (size_t)crop.y * stride +
                                (size_t)crop.x * channels,
                        .stride = stride,
                        .width = crop.width,
                        .height = crop.height,
                        .channels = image->channels};
    return dn_resample(&source, filter, &window, pixels);
}

static dn_status change_pixels(const dn_augment *augment, dn_image *image, dn_random *random)
{
    uint8_t *pixels = image->pixels;
    int width = image->width, height = image->height, channels = image->channels;
    if (augment->rotate > 0 || augment->shift > 0)
        DN_TRY(dn_affine_pixels(
            pixels, width, height, channels,
            dn_draw_affine(random, augment->rotate, augment->shift, width, height)));
    if (augment->jitter > 0)
        dn_jitter_pixels(pixels, (size_t)width * (size_t)height, channels, augment->jitter, random);
    if (dn_draw_chance(random, augment->blur_chance))
        DN_TRY(dn_blur_pixels(pixels, width, height, channels,
                              dn_draw_uniform(random, augment->blur_low, augment->blur_high)));
    if (dn_draw_chance(random, augment->jpeg_chance)) {
        double quality = dn_draw_uniform(random, augment->jpeg_low, augment->jpeg_high + 1);
        bool halved = dn_draw_chance(random, 0.5);
        DN_TRY(dn_jpeg_loss(pixels, width, height, channels, (int)fmin(quality, augment->jpeg_high),
                            halved));
    }
    return DN_OK;
}

/* out(y, x) = in(y + dy, x + dx), zero outside; mirrored afterwards. */
static void place(const float *in, int channels, dn_extent size, int dx, int dy, bool mirrored,
                  float *out)
{
    int height = size.height, width = size.width;
    for (int line = 0; line < channels * height; line++, out += width) {
        int y = line % height + dy;
        bool inside = y >= 0 && y < height;
        const float *row =
            inside ? in + (size_t)(line / height * height + y) * (size_t)width : NULL;
        for (int x = 0; x < width; x++) {
            int from = (mirrored ? width - 1 - x : x) + dx;
            out[x] = inside && from >= 0 && from < width ? row[from] : 0;
        }
    }
}

/* Sets the part of the picture inside the rectangle to zero, the mean of normalised pixels. */
static void blank(float *tensor, int channels, dn_extent size, dn_crop part)
{
    size_t height = (size_t)size.height, width = (size_t)size.width;
    int left = part.x > 0 ? part.x : 0, top = part.y > 0 ? part.y : 0;
    int right = part.x + part.width < size.width ? part.x + part.width : size.width;
    int bottom = part.y + part.height < size.height ? part.y + part.height : size.height;
    for (int c = 0; c < channels && left < right; c++)
        for (int y = top; y < bottom; y++)
            memset(tensor + ((size_t)c * height + (size_t)y) * width + left, 0,
                   (size_t)(right - left) * sizeof *tensor);
}

static void blank_regions(const dn_augment *augment, int channels, dn_extent size,
                          dn_random *random, float *tensor)
{
    if (augment->cutout >= 1) {
        int side = (int)augment->cutout;
        dn_crop square = {.width = side, .height = side};
        square.y = draw_below(random, size.height) - side / 2;
        square.x = draw_below(random, size.width) - side / 2;
        blank(tensor, channels, size, square);
    }
    static const dn_crop_ranges erased = {0.02, 0.33, 0.3, 1 / 0.3};
    if (dn_draw_chance(random, augment->erase))
        blank(tensor, channels, size, dn_draw_crop(random, size.width, size.height, &erased));
}

/* Writes bytes of the tensor's size to the tensor. */
static dn_status finish(const dn_augment *augment, const dn_preprocess *preprocess,
                        const dn_image *fitted, dn_random *random, float *tensor)
{
    const dn_extent size = {fitted->height, fitted->width};
    int channels = preprocess->channels;
    int padding = augment->kind == DN_AUGMENT_CIFAR ? (int)augment->padding : 0;
    dn_preprocess scaling = *preprocess;
    scaling.resize = scaling.resize_width = scaling.crop = scaling.crop_width = 0;
    scaling.square_first = false;
    float *scaled = NULL;
    DN_TRY(dn_alloc_aligned((size_t)channels * (size_t)size.height * (size_t)size.width,
                            sizeof *scaled, &scaled));
    dn_status status = dn_preprocess_run(&scaling, fitted, scaled);
    if (status == DN_OK) {
        int dy = draw_below(random, 2 * padding + 1) - padding;
        int dx = draw_below(random, 2 * padding + 1) - padding;
        place(scaled, channels, size, dx, dy, dn_draw_chance(random, augment->flip), tensor);
        blank_regions(augment, channels, size, random, tensor);
    }
    free(scaled);
    return status;
}

static dn_status run_pixels(const dn_augment *augment, const dn_preprocess *preprocess,
                            dn_extent size, dn_random *random, const dn_image *bytes, float *tensor)
{
    dn_image fitted = {
        .width = size.width, .height = size.height, .channels = bytes->channels, .depth = 8};
    size_t count = (size_t)size.width * (size_t)size.height * (size_t)bytes->channels;
    DN_TRY(dn_alloc_aligned(count, 1, &fitted.pixels));
    dn_status status = fit(augment, preprocess, bytes, size, random, fitted.pixels);
    if (status == DN_OK)
        status = change_pixels(augment, &fitted, random);
    if (status == DN_OK)
        status = finish(augment, preprocess, &fitted, random, tensor);
    free(fitted.pixels);
    return status;
}

static dn_status run_evaluation(const dn_preprocess *preprocess, dn_extent size,
                                const dn_image *image, float *tensor)
{
    int width, height;
    DN_TRY(dn_preprocess_size(preprocess, image->width, image->height, &width, &height));
    if (width != size.width || height != size.height)
        return dn_fail(DN_ERROR_MISMATCH,
                       "preprocessing makes it %d wide and %d high, the batch takes %d wide "
                       "and %d high",
                       width, height, size.width, size.height);
    return dn_preprocess_run(preprocess, image, tensor);
}

dn_status dn_augment_run(const dn_augment *augment, const dn_preprocess *preprocess, dn_extent size,
                         dn_random random, const dn_image *image, float *tensor)
{
    bool changes = augment->flip > 0 || augment->rotate > 0 || augment->shift > 0 ||
                   augment->jitter > 0 || augment->blur_chance > 0 || augment->jpeg_chance > 0 ||
                   augment->erase > 0 || augment->cutout >= 1;
    if (augment->kind == DN_AUGMENT_NONE && !changes)
        return run_evaluation(preprocess, size, image, tensor);
    dn_image bytes;
    DN_TRY(to_bytes(image, &bytes));
    dn_status status = run_pixels(augment, preprocess, size, &random, &bytes, tensor);
    if (bytes.pixels != image->pixels)
        free(bytes.pixels);
    return status;
}
