/* SPDX-License-Identifier: MIT */
/* Changes to interleaved bytes of 1 or 3 channels, in place. */
#ifndef DN_AUGMENT_PIXEL_OPS_H
#define DN_AUGMENT_PIXEL_OPS_H

#include "base/random.h"
#include "base/status.h"

/* Gaussian of standard deviation sigma (at most DN_WIDEST_BLUR), the edge
 * repeated beyond the picture. */
#define DN_WIDEST_BLUR 16
dn_status dn_blur_pixels(uint8_t *pixels, int width, int height, int channels, double sigma);

/* Brightness, contrast and saturation (Pillow's ImageEnhance), in random order,
 * each by a factor drawn from 1 - strength to 1 + strength. */
void dn_jitter_pixels(uint8_t *pixels, size_t count, int channels, double strength,
                      dn_random *random);

#endif
