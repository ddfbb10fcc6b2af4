/* SPDX-License-Identifier: MIT */
/* Rows of matrix products, packed with the fused batch norm: floats, or pairs of bfloat16, filled
 * up with zeros to a multiple of DN_DEPTH_UNIT, or bytes. */

#if defined(DN_BYTES) && DN_DEPTH_UNIT > 0
#define DN_PACKS_BYTES
typedef uint8_t packed_t;
#elif defined(DN_PAIRS)
typedef uint16_t packed_t;

DN_INLINE void pack(packed_t *target, vfloat value, int count)
{
    v_store_bf16_first(target, value, count);
}

DN_INLINE void pack_two(packed_t *target, vfloat first, vfloat second)
{
    v_store_two_bf16(target, first, second);
}

DN_INLINE void end_pairs(packed_t *row, int depth)
{
    for (int k = depth; k % DN_DEPTH_UNIT; k++)
        row[k] = 0;
}
#else
typedef float packed_t;

DN_INLINE void pack(packed_t *target, vfloat value, int count)
{
    v_store_first(target, value, count);
}

DN_INLINE void pack_two(packed_t *target, vfloat first, vfloat second)
{
    v_store(target, first);
    v_store(target + DN_LANES, second);
}

DN_INLINE void end_pairs(packed_t *row, int depth)
{
    (void)row;
    (void)depth;
}
#endif

/* Floats from one row of the scratch to the next. */
static inline ptrdiff_t row_stride_of(int depth)
{
    return dn_packed_stride(dn_ceil_divide(depth * (int)sizeof(packed_t), (int)sizeof(float)));
}

/* Of rows that are packed one after the other. */
static inline row_shape packed_shape(int depth, bool into_maps)
{
    return (row_shape){.segments = 1,
                       .run = depth,
                       .into_maps = into_maps,
                       .stride = row_stride_of(depth) * (ptrdiff_t)sizeof(float)};
}

static inline packed_t *packed_row(float *scratch, int depth, int r)
{
    return (packed_t *)(void *)(scratch + r * row_stride_of(depth));
}

/* Rows that are packed together, so that a norm is loaded once for all; and as many pixels ahead
 * are prefetched: a slice of a block's maps is not a stream that the processor prefetches by
 * itself. */
#define PACK_ROWS 4

#ifdef DN_PACKS_BYTES
#include "kernels/templates/pack_bytes_template.h"
#else
/* `count` channels of a pixel from c on, with norm and ReLU. */
DN_INLINE vfloat v_activated(const map_t *source, const dn_affine *affine, int c, int count)
{
    vfloat x = m_load_first(source + c, count) * v_load_first(affine->scale + c, count);
    return v_larger(v_floor(affine->linear), x + v_load_first(affine->shift + c, count));
}

/* target[r][c] = affine(source[r])[c]; targets are `stride` elements apart. */
DN_INLINE void pack_activated(int rows, const map_t *const *source, const dn_affine *affine,
                              int channels, packed_t *target, ptrdiff_t stride)
{
    const dn_affine local = *affine;
    const vfloat least = v_floor(local.linear);
    int c = 0;
    for (; c + 2 * DN_LANES <= channels; c += 2 * DN_LANES) {
        vfloat scale = v_load(local.scale + c), next_scale = v_load(local.scale + c + DN_LANES);
        vfloat shift = v_load(local.shift + c), next_shift = v_load(local.shift + c + DN_LANES);
        DN_UNROLL(PACK_ROWS)
        for (int r = 0; r < rows; r++) {
            vfloat first = m_load(source[r] + c) * scale + shift;
            vfloat next = m_load(source[r] + c + DN_LANES) * next_scale + next_shift;
            pack_two(target + r * stride + c, v_larger(least, first), v_larger(least, next));
        }
    }
    for (int r = 0; r < rows; r++) {
        packed_t *row = target + r * stride;
        for (int k = c, count; k < channels; k += count) {
            count = dn_min(channels - k, DN_LANES);
            pack(row + k, v_activated(source[r], &local, k, count), count);
        }
        end_pairs(row, channels);
    }
}

/* The same, averaged over the 2x2 pixels from source on. */
DN_INLINE vfloat v_pooled(const map_t *source, const dn_grid *grid, const dn_affine *affine, int c,
                          int count)
{
    vfloat sum = v_set(0);
    for (int i = 0; i < 4; i++)
        sum += v_activated(source + i / 2 * grid->row_stride + i % 2 * grid->pixel_stride, affine,
                           c, count);
    return sum * 0.25f;
}

static void pack_pooled(const map_t *source, const dn_grid *grid, const dn_affine *affine,
                        int channels, packed_t *target)
{
    const dn_affine local = *affine;
    const int whole = channels / DN_LANES * DN_LANES, rest = channels - whole;
    for (int c = 0; c < whole; c += DN_LANES)
        pack(target + c, v_pooled(source, grid, &local, c, DN_LANES), DN_LANES);
    if (rest)
        pack(target + whole, v_pooled(source, grid, &local, whole, rest), rest);
    end_pairs(target, channels);
}

#endif

/* The rows of a pointwise convolution's block, of the pixels at these addresses. */
static void pack_rows(const dn_pointwise *op, const map_t *const *source, int count, float *scratch)
{
    const int depth = op->panels.depth;
    const ptrdiff_t stride = row_stride_of(depth) * (ptrdiff_t)(sizeof(float) / sizeof(packed_t));
    packed_t *target = packed_row(scratch, depth, 0);
    int r = 0;
    for (; op->pool == 2 && r < count; r++)
        pack_pooled(source[r], &op->input, &op->affine, depth, target + r * stride);
    for (int rows; r < count; r += rows) {
        rows = r + PACK_ROWS <= count ? PACK_ROWS : 1;
        for (int ahead = r; ahead < r + rows; ahead++)
            for (int c = 0; c < depth; c += 64 / (int)sizeof(map_t))
                v_prefetch(source[ahead] + PACK_ROWS * op->input.pixel_stride + c);
        if (rows > 1)
            pack_activated(PACK_ROWS, source + r, &op->affine, depth, target + r * stride, stride);
        else
            pack_activated(1, source + r, &op->affine, depth, target + r * stride, stride);
    }
}
