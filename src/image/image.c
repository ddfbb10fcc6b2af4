/* SPDX-License-Identifier: MIT */
#include "base/memory.h"
#include "image/decode.h"

#include <limits.h>
#include <stdlib.h>

dn_status dn_image_check_size(const dn_source *source, size_t width, size_t height)
{
    size_t pixels;
    if (width == 0 || height == 0 || width > INT_MAX || height > INT_MAX)
        return dn_fail(DN_ERROR_FORMAT, "%s: a picture cannot be %zu wide and %zu high",
                       source->name, width, height);
    if (!dn_multiply(width, height, &pixels) || pixels > (uint64_t)source->max_pixels)
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: %zu wide and %zu high is more than max_pixels allows, %lld",
                       source->name, width, height, (long long)source->max_pixels);
    return DN_OK;
}

dn_status dn_image_create(const dn_source *source, size_t width, size_t height, int channels,
                          int depth, dn_image **out)
{
    size_t bytes;
    DN_TRY(dn_image_check_size(source, width, height));
    dn_image *image;
    DN_TRY(dn_calloc(1, sizeof *image, &image));
    image->width = (int)width;
    image->height = (int)height;
    image->channels = channels;
    image->depth = depth;
    dn_status status = dn_multiply(width * height, (size_t)(channels * depth / 8), &bytes)
                           ? dn_alloc_aligned(bytes, 1, &image->pixels)
                           : dn_fail_memory(SIZE_MAX);
    if (status != DN_OK) {
        free(image);
        return status;
    }
    *out = image;
    return DN_OK;
}

bool dn_image_is_faint(const dn_image *image)
{
    if (!image || !image->pixels || image->depth != 16)
        return false;
    const uint16_t *samples = image->pixels;
    size_t count = (size_t)image->width * (size_t)image->height * (size_t)image->channels;
    unsigned any = 0;
    for (size_t i = 0; i < count && any < 4096; i++)
        any |= samples[i];
    return any > 0 && any < 4096;
}

void dn_image_free(dn_image *image)
{
    if (!image)
        return;
    free(image->pixels);
    free(image);
}
