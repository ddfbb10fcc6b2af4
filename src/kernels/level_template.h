/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL (its table), DN_LEVEL_NAME, DN_LANES,
 * DN_TILE_PIXELS and DN_TILE_VECTORS, and includes this. */
#include "kernels/kernels.h"
#include "kernels/simd.h"

#include "kernels/gemm_template.h"

#include "kernels/conv_template.h"

#include "kernels/pool_template.h"

#include "kernels/winograd_template.h"

#include "kernels/peak_template.h"

const dn_kernels DN_LEVEL = {
    .name = DN_LEVEL_NAME,
    .lanes = DN_LANES,
    .tile_pixels = DN_TILE_PIXELS,
    .tile_channels = TILE_CHANNELS,
    .conv = conv,
    .pointwise = pointwise,
    .winograd = winograd,
    .activate = activate,
    .max_pool = max_pool,
    .global_pool = global_pool,
    .peak = peak,
};
