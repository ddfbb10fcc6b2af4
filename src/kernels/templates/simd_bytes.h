/* SPDX-License-Identifier: MIT */
/* Bytes in memory, and what is computed of them: floats, exact sums of products of four, and
 * 16-bit numbers in fixed point. */
#ifndef DN_TEMPLATES_SIMD_BYTES_H
#define DN_TEMPLATES_SIMD_BYTES_H

#include "kernels/templates/simd_bf16.h"

#include <string.h>

DN_INLINE vbyte v_first_bytes(const uint8_t *address, int count)
{
    if (count == DN_LANES)
        return *(const vbyte_memory *)address;
    vbyte bytes = {0};
    memcpy(&bytes, address, (size_t)count);
    return bytes;
}

DN_INLINE vfloat v_of_bytes(vbyte bytes)
{
    return __builtin_convertvector((vint)v_words_of_bytes(bytes), vfloat);
}

/* The whole number between 0 and 255 that is nearest, of two the even one. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE vword v_nearest(vfloat x)
{
    return (vword)_mm512_cvtps_epi32((__m512)x);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vword v_nearest(vfloat x)
{
    return (vword)_mm256_cvtps_epi32((__m256)x);
}
#else
DN_INLINE vword v_nearest(vfloat x)
{
    return (vword)(x + 8388608.0f) & 0xff; /* 2^23: the last bit is worth 1 */
}
#endif

/* Between 0 and 255; a NaN becomes 0. */
DN_INLINE vbyte v_to_bytes(vfloat x)
{
    return v_bytes_of_words(v_nearest(v_smaller(v_larger(x, v_set(0)), v_set(255))));
}

DN_INLINE vfloat v_load_bytes_first(const uint8_t *address, int count)
{
    return v_of_bytes(v_first_bytes(address, count));
}

DN_INLINE void v_store_bytes_first(uint8_t *address, vfloat value, int count)
{
    vbyte bytes = v_to_bytes(value);
    if (count == DN_LANES)
        *(vbyte_memory *)address = bytes;
    else
        memcpy(address, &bytes, (size_t)count);
}

/* ---- products ---- */

/* Arm's first instructions for fours multiply bytes that both have a sign, or neither. A byte
 * without one is then 128 more than one that has it: v_add_quads leaves 128 times the weights out,
 * which v_begin_quads adds once for all pixels. */
#if defined(__ARM_FEATURE_DOTPROD) && !defined(__ARM_FEATURE_MATMUL_INT8) &&                       \
    !defined(DN_EMULATED) && !defined(DN_SIGNED_QUADS)
#define DN_SIGNED_QUADS 1
#elif !defined(DN_SIGNED_QUADS)
#define DN_SIGNED_QUADS 0
#endif

/* sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 of each lane's four weights with a sign and one
 * four of bytes without. */
#if DN_LANES == 16 && defined(__AVX512VNNI__) && !defined(DN_EMULATED)
#define DN_HAS_QUADS 1
DN_INLINE vint v_add_quads(vint sum, vword weights, uint32_t quad)
{
    __m512i all = _mm512_set1_epi32((int)quad);
    return (vint)_mm512_dpbusd_epi32((__m512i)sum, all, (__m512i)weights);
}
#elif DN_LANES == 8 && defined(__AVXVNNI__) && !defined(DN_EMULATED)
#define DN_HAS_QUADS 1
DN_INLINE vint v_add_quads(vint sum, vword weights, uint32_t quad)
{
    __m256i all = _mm256_set1_epi32((int)quad);
    return (vint)_mm256_dpbusd_avx_epi32((__m256i)sum, all, (__m256i)weights);
}
#elif DN_LANES == 4 && defined(__ARM_FEATURE_MATMUL_INT8) && !DN_SIGNED_QUADS &&                   \
    !defined(DN_EMULATED)
#define DN_HAS_QUADS 1
DN_INLINE vint v_add_quads(vint sum, vword weights, uint32_t quad)
{
    uint8x16_t all = vreinterpretq_u8_u32(vdupq_n_u32(quad));
    return (vint)vusdotq_s32((int32x4_t)sum, all, vreinterpretq_s8_u32((uint32x4_t)weights));
}
#elif DN_LANES == 4 && defined(__ARM_FEATURE_DOTPROD) && !defined(DN_EMULATED)
#define DN_HAS_QUADS 1
DN_INLINE vint v_add_signed_quads(vint sum, vword weights, uint32_t quad)
{
    int8x16_t all = vreinterpretq_s8_u32(vdupq_n_u32(quad));
    return (vint)vdotq_s32((int32x4_t)sum, all, vreinterpretq_s8_u32((uint32x4_t)weights));
}
#else
#define DN_HAS_QUADS 0
/* Two numbers of 16 bits, from bytes 0 and 2 and from bytes 1 and 3 of each lane. */
#define V_EVEN(words) ((vword)((vshort)((vushort)(words) << 8) >> 8))
#define V_ODD(words) ((vword)((vshort)(words) >> 8))

/* Sums of the products of two. */
#if DN_LANES == 16 && defined(__AVX512BW__) && !defined(DN_EMULATED)
DN_INLINE vint v_multiply_shorts(vword a, vword b)
{
    return (vint)_mm512_madd_epi16((__m512i)a, (__m512i)b);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vint v_multiply_shorts(vword a, vword b)
{
    return (vint)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}
#elif DN_LANES == 4 && defined(__SSE2__) && !defined(DN_EMULATED)
DN_INLINE vint v_multiply_shorts(vword a, vword b)
{
    return (vint)_mm_madd_epi16((__m128i)a, (__m128i)b);
}
#else
DN_INLINE vint v_multiply_shorts(vword a, vword b)
{
    vint first_a = (vint)(a << 16) >> 16, first_b = (vint)(b << 16) >> 16;
    return first_a * first_b + ((vint)a >> 16) * ((vint)b >> 16);
}
#endif

#if DN_SIGNED_QUADS
DN_INLINE vint v_add_signed_quads(vint sum, vword weights, uint32_t quad)
{
    vword all = (vword){0} + quad;
    return sum + v_multiply_shorts(V_EVEN(weights), V_EVEN(all)) +
           v_multiply_shorts(V_ODD(weights), V_ODD(all));
}
#else
DN_INLINE vint v_add_quads(vint sum, vword weights, uint32_t quad)
{
    vword all = (vword){0} + quad;
    return sum + v_multiply_shorts(V_EVEN(weights), all & 0x00ff00ffu) +
           v_multiply_shorts(V_ODD(weights), all >> 8 & 0x00ff00ffu);
}
#endif
#endif

#if DN_SIGNED_QUADS
DN_INLINE vint v_add_quads(vint sum, vword weights, uint32_t quad)
{
    return v_add_signed_quads(sum, weights, quad ^ 0x80808080u);
}
#endif

DN_INLINE vint v_begin_quads(vint sum, vword weights)
{
#if DN_SIGNED_QUADS
    return v_add_signed_quads(v_add_signed_quads(sum, weights, 0x40404040u), weights, 0x40404040u);
#else
    (void)weights;
    return sum;
#endif
}

/* ---- fixed point ---- */

/* round(bytes * factor / 2^8), ties up, plus term, within 16 bits. */
#if DN_LANES == 16 && defined(__AVX512BW__) && !defined(DN_EMULATED)
DN_INLINE vshort v_fixed(vbytes bytes, vshort factor, vshort term)
{
    __m512i wide = _mm512_slli_epi16(_mm512_cvtepu8_epi16((__m256i)bytes), 7);
    return (vshort)_mm512_adds_epi16(_mm512_mulhrs_epi16(wide, (__m512i)factor), (__m512i)term);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vshort v_fixed(vbytes bytes, vshort factor, vshort term)
{
    __m256i wide = _mm256_slli_epi16(_mm256_cvtepu8_epi16((__m128i)bytes), 7);
    return (vshort)_mm256_adds_epi16(_mm256_mulhrs_epi16(wide, (__m256i)factor), (__m256i)term);
}
#elif DN_LANES == 4 && defined(__SSE2__) && !defined(DN_EMULATED)
/* The upper 17 bits of a product and the one that rounds. */
DN_INLINE vshort v_fixed(vbytes bytes, vshort factor, vshort term)
{
    __m128i narrow;
    narrow = _mm_loadl_epi64((const __m128i *)(const void *)&bytes);
    __m128i wide = _mm_slli_epi16(_mm_unpacklo_epi8(narrow, _mm_setzero_si128()), 7);
    __m128i high = _mm_mulhi_epi16(wide, (__m128i)factor);
    __m128i low = _mm_srli_epi16(_mm_mullo_epi16(wide, (__m128i)factor), 14);
    __m128i half = _mm_srli_epi16(_mm_add_epi16(low, _mm_set1_epi16(1)), 1);
    __m128i product = _mm_add_epi16(_mm_add_epi16(high, high), half);
    return (vshort)_mm_adds_epi16(product, (__m128i)term);
}
#elif DN_LANES == 4 && defined(__ARM_NEON) && !defined(DN_EMULATED)
DN_INLINE vshort v_fixed(vbytes bytes, vshort factor, vshort term)
{
    int16x8_t wide = vreinterpretq_s16_u16(vshll_n_u8((uint8x8_t)bytes, 7));
    return (vshort)vqaddq_s16(vqrdmulhq_s16(wide, (int16x8_t)factor), (int16x8_t)term);
}
#else
typedef int32_t vlong __attribute__((vector_size(4 * DN_SHORTS)));
DN_INLINE vshort v_fixed(vbytes bytes, vshort factor, vshort term)
{
    vlong wide = __builtin_convertvector(bytes, vlong) << 7;
    vlong product = (wide * __builtin_convertvector(factor, vlong) + (1 << 14)) >> 15;
    vlong sum = product + __builtin_convertvector(term, vlong);
    vlong above = sum > INT16_MAX, below = sum < INT16_MIN;
    sum = (sum & ~above & ~below) | (above & INT16_MAX) | (below & INT16_MIN);
    return __builtin_convertvector(sum, vshort);
}
#endif

#if DN_LANES == 16 && defined(__AVX512BW__) && !defined(DN_EMULATED)
DN_INLINE vushort v_clamp_short(vshort x, int most)
{
    __m512i above = _mm512_max_epi16((__m512i)x, _mm512_setzero_si512());
    return (vushort)_mm512_min_epi16(above, _mm512_set1_epi16((int16_t)most));
}
#else
DN_INLINE vushort v_clamp_short(vshort x, int most)
{
    const vshort none = {0}, all = none + (int16_t)most;
    vshort above = x > none;
    x &= above;
    vshort below = x < all;
    return (vushort)((x & below) | (all & ~below));
}
#endif

#endif
