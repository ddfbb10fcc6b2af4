/* SPDX-License-Identifier: MIT */
/* Packed rows of bytes: of the maps' bytes through the norm in fixed point (kernels.h), filled
 * up with zeros to a multiple of DN_DEPTH_UNIT. */

DN_INLINE vbytes load_some_bytes(const uint8_t *source, int count)
{
    if (count >= DN_SHORTS)
        return *(const vbytes_memory *)source;
#if DN_LANES == 16 && defined(__AVX512BW__) && !defined(DN_EMULATED)
    return (vbytes)_mm256_maskz_loadu_epi8((__mmask32)((1ull << count) - 1), source);
#else
    vbytes bytes = {0};
    memcpy(&bytes, source, (size_t)count);
    return bytes;
#endif
}

/* Factors and terms are padded to whole vectors with zeros, and so are rows. */
DN_INLINE vshort fixed_values(const uint8_t *source, const dn_fixed *fixed, int c, int channels)
{
    return v_fixed(load_some_bytes(source + c, channels - c),
                   *(const vshort_memory *)(fixed->factor + c),
                   *(const vshort_memory *)(fixed->term + c));
}

DN_INLINE vbytes rounded(vushort sum, int bits)
{
    return __builtin_convertvector((sum + (uint16_t)(1 << bits >> 1)) >> (uint16_t)bits, vbytes);
}

/* Of a depth that is not whole vectors, the bytes after it are zeros, as many as the next
 * DN_SHORTS and DN_DEPTH_UNIT need. */
DN_INLINE void end_row(packed_t *row, int depth)
{
    int written = dn_ceil_divide(depth, DN_SHORTS) * DN_SHORTS;
    for (int k = written; k % DN_DEPTH_UNIT; k += DN_SHORTS)
        *(vbytes_memory *)(row + k) = (vbytes){0};
}

static void pack_activated(const map_t *source, ptrdiff_t stride, const dn_affine *affine,
                           int channels, packed_t *target)
{
    const dn_fixed fixed = affine->fixed;
    const int most = 255 << fixed.bits;
    for (int c = 0; c < channels; c += 64)
        v_prefetch(source + PACK_AHEAD * stride + c);
    for (int c = 0; c < channels; c += DN_SHORTS) {
        vushort sum = v_clamp_short(fixed_values(source, &fixed, c, channels), most);
        *(vbytes_memory *)(target + c) = rounded(sum, fixed.bits);
    }
    end_row(target, channels);
}

/* The mean over the 2x2 pixels from source on; the sum of four has no sign and 16 bits. */
static void pack_pooled(const map_t *source, const dn_grid *grid, const dn_affine *affine,
                        int channels, packed_t *target)
{
    const map_t *corner[4] = {source, source + grid->pixel_stride, source + grid->row_stride,
                              source + grid->row_stride + grid->pixel_stride};
    const dn_fixed fixed = affine->fixed;
    const int most = 255 << fixed.bits;
    for (int c = 0; c < channels; c += DN_SHORTS) {
        vushort sum = {0};
        for (int i = 0; i < 4; i++)
            sum += v_clamp_short(fixed_values(corner[i], &fixed, c, channels), most);
        *(vbytes_memory *)(target + c) = rounded(sum, fixed.bits + 2);
    }
    end_row(target, channels);
}

/* Copies a run, whose last bytes may be copied twice, without a call for its few bytes. */
DN_INLINE void copy_run(packed_t *target, const map_t *source, int run)
{
    int at = 0;
    if (run < 16) {
        for (; at < run; at++)
            target[at] = source[at];
        return;
    }
    for (; at + 16 <= run; at += 16)
        memcpy(target + at, source + at, 16);
    memcpy(target + run - 16, source + run - 16, 16);
}

/* Gathers a window. */
static void pack_window(const map_t *window, const row_shape *rows, packed_t *target)
{
    int depth = rows->segments * rows->run, padded = dn_panel_rows(depth, DN_DEPTH_UNIT);
    for (int row = 0; row < rows->segments; row++)
        copy_run(target + row * rows->run, window + row * rows->segment_stride, rows->run);
    memset(target + depth, 0, (size_t)(padded - depth));
}
