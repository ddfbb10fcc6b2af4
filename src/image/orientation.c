/* SPDX-License-Identifier: MIT */
#include "image/orientation.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Where a pixel comes from: the coordinates exchanged, then counted from the other end. */
static const struct {
    bool exchanged, from_right, from_bottom;
} orientations[] = {
    [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true},
    [5] = {true, false, false}, [6] = {true, false, true}, [7] = {true, true, true},
    [8] = {true, true, false},
};

dn_status dn_image_turn(const dn_image *image, int orientation, dn_image *turned)
{
    size_t width = (size_t)image->width, height = (size_t)image->height;
    size_t pixel = (size_t)(image->channels * image->depth / 8);
    bool exchanged = orientations[orientation].exchanged;
    size_t out_width = exchanged ? height : width, out_height = exchanged ? width : height;
    unsigned char *out;
    DN_TRY(dn_alloc_aligned(width * height, pixel, &out));
    *turned = *image;
    turned->width = (int)out_width;
    turned->height = (int)out_height;
    turned->orientation = 0;
    turned->pixels = out;
    for (size_t y = 0; y < out_height; y++)
        for (size_t x = 0; x < out_width; x++, out += pixel) {
            size_t from_x = exchanged ? y : x, from_y = exchanged ? x : y;
            from_x = orientations[orientation].from_right ? width - 1 - from_x : from_x;
            from_y = orientations[orientation].from_bottom ? height - 1 - from_y : from_y;
            memcpy(out, (const char *)image->pixels + (from_y * width + from_x) * pixel, pixel);
        }
    return DN_OK;
}

dn_status dn_image_orient(int orientation, dn_image *image)
{
    dn_image turned;
    if (orientation < 2 || orientation > 8)
        return DN_OK;
    DN_TRY(dn_image_turn(image, orientation, &turned));
    free(image->pixels);
    *image = turned;
    return DN_OK;
}

dn_status dn_image_upright(dn_image *image)
{
    DN_NEED(image);
    return dn_image_orient(image->orientation, image);
}
