/* SPDX-License-Identifier: MIT */
#ifndef DN_AUGMENT_JPEG_LOSS_H
#define DN_AUGMENT_JPEG_LOSS_H

#include "base/status.h"

/* Does to interleaved bytes (1 or 3 channels) what writing a baseline JPEG of
 * this quality (1..100, libjpeg's scale) and reading it again would, but for
 * rounding. halved: colour at half the resolution, 4:2:0, as most writers have
 * it. The part of JPEG that loses nothing, entropy coding, is left out. */
dn_status dn_jpeg_loss(uint8_t *pixels, int width, int height, int channels, int quality,
                       bool halved);

#endif
