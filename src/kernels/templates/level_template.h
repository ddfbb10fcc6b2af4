/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL (its name), DN_LANES, DN_TILE_PIXELS and
 * DN_TILE_VECTORS, and includes this. With DN_EMULATED it becomes the level's
 * twin, dn_kernels_<level>_emulated: the same widths and tiles, compiled for the
 * instructions that every processor of this architecture has. */
#include "kernels/gradient.h"
#include "kernels/kernels.h"
#include "kernels/templates/level_names.h"
#include "kernels/templates/simd.h"

#include "kernels/templates/gemm_template.h"

#include "kernels/templates/conv_template.h"

#include "kernels/templates/pool_template.h"

#include "kernels/templates/winograd_template.h"

#include "kernels/templates/statistics_template.h"

#include "kernels/templates/gradient_template.h"

#include "kernels/templates/pass_back_template.h"

#include "kernels/templates/product_template.h"

#include "kernels/templates/winograd_gradient_template.h"

#include "kernels/templates/peak_template.h"

/* Sizes that the callers of a table rely on. */
_Static_assert(TILE_CHANNELS % 8 == 0, "Winograd's weights are transformed eight at a time");
_Static_assert(DN_PACK_PIECE % TILE_CHANNELS == 0, "a piece of weights is whole panels");
_Static_assert(DN_POOL_RUN % DN_LANES == 0, "a part of a pool is whole vectors");
_Static_assert(DN_LANES <= DN_MAX_LANES, "rows are padded to whole vectors");

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

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
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
