/* SPDX-License-Identifier: MIT */
/* Rows of matrix products, packed with the fused batch norm or gathered from windows: floats,
 * or pairs of bfloat16, filled up with zeros to a multiple of DN_DEPTH_UNIT, or bytes. */

#if defined(DN_BYTES) && DN_DEPTH_UNIT > 0
#define DN_PACKS_BYTES
typedef uint8_t packed_t;
#elif defined(DN_PAIRS)
typedef uint16_t packed_t;

DN_INLINE void pack(packed_t *target, vfloat value, int count)
{
    v_store_bf16_first(target, value, count);
}

DN_INLINE packed_t packed_element(float value)
{
    return dn_bf16_of_float(value);
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

DN_INLINE packed_t packed_element(float value)
{
    return value;
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

/* How many pixels ahead of the one being packed to prefetch: a slice of a
 * block's maps is not a stream that the processor prefetches by itself. */
#define PACK_AHEAD 4

#ifdef DN_PACKS_BYTES
#include "kernels/templates/pack_bytes_template.h"
#else
/* `count` channels of a pixel from c on, with norm and ReLU. */
DN_INLINE vfloat v_activated(const map_t *source, const dn_affine *affine, int c, int count)
{
    vfloat x = m_load_first(source + c, count) * v_load_first(affine->scale + c, count);
    return v_activate(x + v_load_first(affine->shift + c, count), v_rectifies(affine->linear));
}

/* target[c] = affine(source)[c]; pixels are `stride` elements apart. */
static void pack_activated(const map_t *source, ptrdiff_t stride, const dn_affine *affine,
                           int channels, packed_t *target)
{
    const dn_affine local = *affine;
    const int whole = channels / DN_LANES * DN_LANES, rest = channels - whole;
    for (int c = 0; c < channels; c += 64 / (int)sizeof(map_t))
        v_prefetch(source + PACK_AHEAD * stride + c);
    for (int c = 0; c < whole; c += DN_LANES)
        pack(target + c, v_activated(source, &local, c, DN_LANES), DN_LANES);
    if (rest)
        pack(target + whole, v_activated(source, &local, whole, rest), rest);
    end_pairs(target, channels);
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
    const map_t *corner[4] = {source, source + grid->pixel_stride, source + grid->row_stride,
                              source + grid->row_stride + grid->pixel_stride};
    const dn_affine local = *affine;
    int c = 0;
    for (; c + DN_LANES <= channels; c += DN_LANES)
        pack(target + c, v_pooled(source, grid, &local, c, DN_LANES), DN_LANES);
    for (; c < channels; c++) {
        float sum = 0;
        for (int i = 0; i < 4; i++)
            sum += s_activate(m_get(corner[i][c]) * local.scale[c] + local.shift[c], local.linear);
        target[c] = packed_element(sum * 0.25f);
    }
    end_pairs(target, channels);
}

#ifdef DN_GATHERS
/* Gathers a window, whose pixels would otherwise be widened once per panel. */
static void pack_window(const map_t *window, const row_shape *rows, packed_t *target)
{
    for (int row = 0; row < rows->segments; row++) {
        const map_t *source = window + row * rows->segment_stride;
        packed_t *out = target + row * rows->run;
        int c = 0;
        for (; c + DN_LANES <= rows->run; c += DN_LANES)
            pack(out + c, m_load(source + c), DN_LANES);
        if (c < rows->run)
            pack(out + c, m_load_first(source + c, rows->run - c), rows->run - c);
    }
    end_pairs(target, rows->segments * rows->run);
}
#endif
#endif
