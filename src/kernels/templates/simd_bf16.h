/* SPDX-License-Identifier: MIT */
/* bfloat16, the upper half of a float, in memory; vectors of it are widened to floats. */
#ifndef DN_TEMPLATES_SIMD_BF16_H
#define DN_TEMPLATES_SIMD_BF16_H

#include "base/element.h"
#include "kernels/templates/simd_widths.h"

DN_INLINE vfloat v_widen(vhalf halves)
{
    return (vfloat)(v_words_of_halves(halves) << 16);
}

/* To nearest, ties to even; a NaN becomes a quiet one. */
#if DN_LANES == 16 && defined(__AVX512BF16__) && !defined(DN_EMULATED)
/* The instruction also takes what is smaller than any normal number as 0. */
DN_INLINE vhalf v_narrow(vfloat x)
{
    return (vhalf)_mm512_cvtneps_pbh((__m512)x);
}
#elif DN_LANES == 4 && defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC) && !defined(DN_EMULATED)
DN_INLINE vhalf v_narrow(vfloat x)
{
    return (vhalf)vreinterpret_u16_bf16(vcvt_bf16_f32((float32x4_t)x));
}
#else
DN_INLINE vhalf v_narrow(vfloat x)
{
    vword bits = (vword)x, is_nan = (vword)(x != x);
    vword nearest = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
    vword rounded = (nearest & ~is_nan) | ((bits >> 16 | 0x40u) & is_nan);
    return v_halves_of_words(rounded);
}
#endif

DN_INLINE vfloat v_load_bf16(const void *address)
{
    return v_widen(*(const vhalf_memory *)address);
}

DN_INLINE void v_store_bf16(void *address, vfloat value)
{
    *(vhalf_memory *)address = v_narrow(value);
}

/* One after the other. */
#if DN_LANES == 16 && defined(__AVX512BF16__) && !defined(DN_EMULATED)
DN_INLINE void v_store_two_bf16(uint16_t *address, vfloat first, vfloat second)
{
    __m512i both = (__m512i)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
    _mm512_storeu_si512(address, both);
}
#else
DN_INLINE void v_store_two_bf16(uint16_t *address, vfloat first, vfloat second)
{
    v_store_bf16(address, first);
    v_store_bf16(address + DN_LANES, second);
}
#endif

/* One of two vectors that are interleaved, from little-endian words. */
DN_INLINE vfloat v_load_bf16_of_two(const void *address, int second)
{
    vword both = *(const vword_memory *)address;
    return (vfloat)(second ? both & 0xffff0000u : both << 16);
}

/* The first `count` of a vector, 1..DN_LANES. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE vfloat v_load_some_bf16(const uint16_t *address, int count)
{
    return v_widen((vhalf)_mm256_maskz_loadu_epi16(v_first(count), address));
}

DN_INLINE void v_store_some_bf16(uint16_t *address, vfloat value, int count)
{
    _mm256_mask_storeu_epi16(address, v_first(count), (__m256i)v_narrow(value));
}
#else
DN_INLINE vfloat v_load_some_bf16(const uint16_t *address, int count)
{
    vhalf halves = {0};
    for (int i = 0; i < count; i++)
        halves[i] = address[i];
    return v_widen(halves);
}

DN_INLINE void v_store_some_bf16(uint16_t *address, vfloat value, int count)
{
    vhalf halves = v_narrow(value);
    for (int i = 0; i < count; i++)
        address[i] = halves[i];
}
#endif

/* The same, no slower than v_load_bf16 where count is the constant DN_LANES. */
DN_INLINE vfloat v_load_bf16_first(const uint16_t *address, int count)
{
    return count == DN_LANES ? v_load_bf16(address) : v_load_some_bf16(address, count);
}

DN_INLINE void v_store_bf16_first(uint16_t *address, vfloat value, int count)
{
    if (count == DN_LANES)
        v_store_bf16(address, value);
    else
        v_store_some_bf16(address, value, count);
}

/* Each lane's word of a, or if its index is DN_LANES or more, of b. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE vword v_choose(vword a, vword b, vword index)
{
    return (vword)_mm512_permutex2var_epi32((__m512i)a, (__m512i)index, (__m512i)b);
}
#else
DN_INLINE vword v_choose(vword a, vword b, vword index)
{
    vword chosen = {0};
    for (int i = 0; i < DN_LANES; i++)
        chosen[i] = index[i] < DN_LANES ? a[index[i]] : b[index[i] - DN_LANES];
    return chosen;
}
#endif

/* Makes columns of rows, and rows of columns: blocks of 1, 2, 4, ... words beside the diagonal
 * change places with those below it. */
DN_INLINE void v_transpose(vword rows[DN_LANES])
{
    vword lane = {0};
    for (int i = 0; i < DN_LANES; i++)
        lane[i] = (uint32_t)i;
    DN_UNROLL(8)
    for (uint32_t block = 1; block < DN_LANES; block *= 2) {
        vword beside = (vword)((lane & block) != 0);
        vword upper = lane + (beside & (DN_LANES - block));
        vword lower = lane + (~beside & block) + (beside & DN_LANES);
        DN_UNROLL(DN_LANES)
        for (uint32_t r = 0; r < DN_LANES; r++)
            if (!(r & block)) {
                vword a = rows[r], b = rows[r + block];
                rows[r] = v_choose(a, b, upper);
                rows[r + block] = v_choose(a, b, lower);
            }
    }
}

/* sum + a * x + b * y for each lane's pair of weights (a, b) and one pair (x, y). Products are
 * exact. They are added to the sum one after the other, or first to each other; and Arm rounds
 * neither sum to nearest, but what is not exact to the odd neighbour, which is off by up to 2^-23
 * of the sum, not 2^-24. */
#if DN_LANES == 16 && defined(__AVX512BF16__) && !defined(DN_EMULATED)
DN_INLINE vfloat v_add_pairs(vfloat sum, vword weights, uint32_t pair)
{
    __m512i all = _mm512_set1_epi32((int)pair);
    return (vfloat)_mm512_dpbf16_ps((__m512)sum, (__m512bh)weights, (__m512bh)all);
}
#elif DN_LANES == 4 && defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC) && !defined(DN_EMULATED)
DN_INLINE vfloat v_add_pairs(vfloat sum, vword weights, uint32_t pair)
{
    bfloat16x8_t all = vreinterpretq_bf16_u32(vdupq_n_u32(pair));
    return (vfloat)vbfdotq_f32((float32x4_t)sum, vreinterpretq_bf16_u32((uint32x4_t)weights), all);
}
#else
DN_INLINE vfloat v_add_pairs(vfloat sum, vword weights, uint32_t pair)
{
    vfloat first = (vfloat)(weights << 16), second = (vfloat)(weights & 0xffff0000u);
    return sum + second * v_set(dn_float_of_bf16((uint16_t)(pair >> 16))) +
           first * v_set(dn_float_of_bf16((uint16_t)pair));
}
#endif

#endif
