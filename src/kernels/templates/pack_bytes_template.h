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
    return v_bytes_of_shorts((sum + (uint16_t)(1 << bits >> 1)) >> (uint16_t)bits);
}

/* Of a depth that is not whole vectors, the bytes after it are zeros, as many as the next
 * DN_SHORTS and DN_DEPTH_UNIT need. */
DN_INLINE void end_row(packed_t *row, int depth)
{
    int written = dn_ceil_divide(depth, DN_SHORTS) * DN_SHORTS;
    for (int k = written; k % DN_DEPTH_UNIT; k += DN_SHORTS)
        *(vbytes_memory *)(row + k) = (vbytes){0};
}

DN_INLINE void pack_activated(int rows, const map_t *const *source, const dn_affine *affine,
                              int channels, packed_t *target, ptrdiff_t stride)
{
    const dn_fixed fixed = affine->fixed;
    const int most = 255 << fixed.bits;
    for (int c = 0; c < channels; c += DN_SHORTS) {
        vshort factor = *(const vshort_memory *)(fixed.factor + c);
        vshort term = *(const vshort_memory *)(fixed.term + c);
        DN_UNROLL(PACK_ROWS)
        for (int r = 0; r < rows; r++) {
            vshort value = v_fixed(load_some_bytes(source[r] + c, channels - c), factor, term);
            *(vbytes_memory *)(target + r * stride + c) =
                rounded(v_clamp_short(value, most), fixed.bits);
        }
    }
    for (int r = 0; r < rows; r++)
        end_row(target + r * stride, channels);
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
