/* SPDX-License-Identifier: MIT */
/* A level's file defines DN_LEVEL (its name), DN_LANES, DN_TILE_PIXELS and
 * DN_TILE_VECTORS, and includes this. With DN_EMULATED it becomes the level's
 * twin, dn_kernels_<level>_emulated: the same widths and tiles, compiled for the
 * instructions that every processor of this architecture has.
 *
 * With DN_HALVES it becomes the level's table for maps of bfloat16, with the gradients
 * (gradient.h): dn_kernels_<level>_halves. DN_DEPTH_UNIT is that of its panels (kernels.h): 0 if
 * maps are widened and floats are multiplied. With DN_AMX, tiles are multiplied.
 *
 * With DN_BYTES it becomes the table for maps of bytes: dn_kernels_<level>_bytes; or if
 * DN_DEPTH_UNIT is 0, dn_kernels_<level>_kept, which has convolutions only. */
#include "kernels/gradient.h"
#include "kernels/kernels.h"
#include "kernels/templates/level_names.h"
#include "kernels/templates/maps.h"

#if defined(DN_HALVES) && DN_DEPTH_UNIT > 0
#define DN_PAIRS
#endif

#include "kernels/templates/store_template.h"

#include "kernels/templates/gemm_template.h"

#include "kernels/templates/pack_template.h"

#ifdef DN_GATHERS
#include "kernels/templates/pack_window_template.h"
#endif

#include "kernels/templates/panel_template.h"

#include "kernels/templates/conv_template.h"

#if !defined(DN_BYTES) || DN_DEPTH_UNIT > 0
#define DN_HAS_POOLS
#include "kernels/templates/pool_template.h"
#endif

#ifndef DN_BYTES
#include "kernels/templates/winograd_input_template.h"
#endif

#if !defined(DN_AMX) && !defined(DN_BYTES)
#define DN_HAS_WINOGRAD
#include "kernels/templates/winograd_template.h"
#endif

/* Sizes that the callers of a table rely on. */
_Static_assert(TILE_CHANNELS % 8 == 0, "Winograd's weights are transformed eight at a time");
_Static_assert(DN_PACK_PIECE % TILE_CHANNELS == 0, "a piece of weights is whole panels");
_Static_assert(DN_POOL_RUN % DN_LANES == 0, "a part of a pool is whole vectors");
_Static_assert(DN_LANES <= DN_MAX_LANES, "rows are padded to whole vectors");

#ifndef DN_BYTES
#include "kernels/templates/statistics_template.h"

#include "kernels/templates/gradient_template.h"

#ifdef DN_AMX
#include "kernels/templates/tile_gradient_template.h"
#else
#include "kernels/templates/pass_back_template.h"

#include "kernels/templates/product_template.h"
#endif

#include "kernels/templates/winograd_gradient_template.h"

#ifdef DN_HALVES
#include "kernels/templates/halves_gradient_template.h"
#else
#include "kernels/templates/peak_template.h"
#endif

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
    .activate_rows = activate_rows,
    .pool_rows = pool_rows,
    .activated_pool = activated_pool,
    .activated_pool_gradient = activated_pool_gradient,
#ifdef DN_HALVES
    .store_rows = store_rows,
#endif
#ifdef DN_PAIRS
    .pair_channels = pair_channels,
    .pair_pixels = pair_pixels,
#endif
};
#endif

const dn_kernels DN_TABLE = {
    .name = DN_TABLE_NAME,
    .lanes = DN_LANES,
    .tile_pixels = DN_TILE_PIXELS,
    .tile_channels = TILE_CHANNELS,
    .conv = conv,
    .pointwise = pointwise,
#ifdef DN_HAS_WINOGRAD
    .winograd = winograd,
#endif
#ifdef DN_HAS_POOLS
    .activate = activate,
    .max_pool = max_pool,
    .global_pool = global_pool,
#endif
    .maps = DN_MAPS,
#ifndef DN_BYTES
    .gradients = &gradient_kernels,
#endif
#if defined(DN_HALVES) || defined(DN_BYTES)
    .unit = DN_DEPTH_UNIT,
    .fast = DN_OF_MAPS(false, DN_DEPTH_UNIT > 0, DN_HAS_QUADS || DN_DEPTH_UNIT == 64),
#else
    .peak = peak,
    .halves = &DN_HALVES_TABLE,
    .bytes = &DN_BYTES_TABLE,
    .kept = &DN_KEPT_TABLE,
#endif
};
