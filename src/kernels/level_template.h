/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL (its table), DN_LEVEL_NAME, DN_LANES,
 * DN_TILE_PIXELS and DN_TILE_VECTORS, and includes this. */
#include "kernels/gradient.h"
#include "kernels/kernels.h"
#include "kernels/simd.h"

#include "kernels/gemm_template.h"

#include "kernels/conv_template.h"

#include "kernels/pool_template.h"

#include "kernels/winograd_template.h"

#include "kernels/statistics_template.h"

#include "kernels/gradient_template.h"

#include "kernels/pass_back_template.h"

#include "kernels/product_template.h"

#include "kernels/winograd_gradient_template.h"

#include "kernels/peak_template.h"

static const dn_gradient_kernels gradient_kernels = {
    .statistics = statistics,
    .dropout = dropout,
    .combine = combine,
    .norm_gradient = norm_gradient,
    .pass_back = pass_back,
    .product = product,
    .winograd_gradient = winograd_gradient,
    .winograd_products = winograd_products,
    .winograd_weights = winograd_weights,
    .pool_rows = pool_rows,
    .activated_pool = activated_pool,
    .activated_pool_gradient = activated_pool_gradient,
};

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
    .gradients = &gradient_kernels,
    .peak = peak,
};
