/* SPDX-License-Identifier: MIT */
#ifndef DN_AUGMENT_AFFINE_H
#define DN_AUGMENT_AFFINE_H

#include "base/random.h"
#include "base/status.h"

/* A turn about the middle, in degrees, clockwise, then a shift in whole pixels. */
typedef struct dn_affine_change {
    double angle;
    int dx, dy;
} dn_affine_change;

/* As torchvision's RandomAffine draws it: an angle up to `rotate` either way, and shifts of up to
 * `shift` of each side. */
dn_affine_change dn_draw_affine(dn_random *random, double rotate, double shift, int width,
                                int height);

/* Changes interleaved bytes in place, as torchvision's affine() does with Pillow's bilinear filter:
 * each pixel is looked up where it came from, black outside. */
dn_status dn_affine_pixels(uint8_t *pixels, int width, int height, int channels,
                           dn_affine_change change);

#endif
