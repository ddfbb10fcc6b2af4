/* SPDX-License-Identifier: MIT */
#ifndef DN_AUGMENT_JPEG_LOSS_H
#define DN_AUGMENT_JPEG_LOSS_H

#include "base/status.h"

/* Changes interleaved bytes (1 or 3 channels) as writing a baseline JPEG of
 * this quality (1..100, libjpeg's scale) and reading it back would, apart from
 * rounding. halved: colour at half the resolution, 4:2:0, as most writers do.
 * Entropy coding, the lossless part of JPEG, is left out. */
dn_status dn_jpeg_loss(uint8_t *pixels, int width, int height, int channels, int quality,
                       bool halved);

#endif
