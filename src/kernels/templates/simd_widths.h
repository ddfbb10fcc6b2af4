/* SPDX-License-Identifier: MIT */
/* Vectors of 8, 16 and 32 bits made of one another. Where GCC 12 would take a vector apart number
 * by number for __builtin_convertvector, instructions are named. Numbers that become narrower are
 * small enough. */
#ifndef DN_TEMPLATES_SIMD_WIDTHS_H
#define DN_TEMPLATES_SIMD_WIDTHS_H

#include "kernels/templates/simd.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef uint32_t vword __attribute__((vector_size(4 * DN_LANES)));
typedef vword vword_memory __attribute__((aligned(2), may_alias));
typedef uint16_t vhalf __attribute__((vector_size(2 * DN_LANES)));
typedef vhalf vhalf_memory __attribute__((aligned(2), may_alias));
typedef uint8_t vbyte __attribute__((vector_size(DN_LANES)));
typedef vbyte vbyte_memory __attribute__((aligned(1), may_alias));

/* Numbers of 16 bits in one register, and as many bytes. */
#define DN_SHORTS (2 * DN_LANES)
typedef int16_t vshort __attribute__((vector_size(2 * DN_SHORTS)));
typedef uint16_t vushort __attribute__((vector_size(2 * DN_SHORTS)));
typedef vshort vshort_memory __attribute__((aligned(2), may_alias));
typedef uint8_t vbytes __attribute__((vector_size(DN_SHORTS)));
typedef vbytes vbytes_memory __attribute__((aligned(1), may_alias));

#if DN_LANES == 16 && defined(__AVX512BW__) && !defined(DN_EMULATED)
DN_INLINE vword v_words_of_halves(vhalf halves)
{
    return (vword)_mm512_cvtepu16_epi32((__m256i)halves);
}

DN_INLINE vhalf v_halves_of_words(vword words)
{
    return (vhalf)_mm512_cvtepi32_epi16((__m512i)words);
}

DN_INLINE vbyte v_bytes_of_words(vword words)
{
    return (vbyte)_mm512_cvtepi32_epi8((__m512i)words);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vword v_words_of_halves(vhalf halves)
{
    return (vword)_mm256_cvtepu16_epi32((__m128i)halves);
}

DN_INLINE vhalf v_halves_of_words(vword words)
{
    __m256i all = (__m256i)words;
    return (vhalf)_mm_packus_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

DN_INLINE vbyte v_bytes_of_words(vword words)
{
    __m128i halves = (__m128i)v_halves_of_words(words);
    __m128i bytes = _mm_packus_epi16(halves, halves);
    vbyte low;
    _mm_storel_epi64((__m128i *)(void *)&low, bytes);
    return low;
}
#elif DN_LANES == 4 && defined(__SSE2__) && !defined(DN_EMULATED)
DN_INLINE vword v_words_of_halves(vhalf halves)
{
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)&halves);
    return (vword)_mm_unpacklo_epi16(low, _mm_setzero_si128());
}

/* Numbers are packed as if they had a sign. */
DN_INLINE vhalf v_halves_of_words(vword words)
{
    __m128i with_sign = _mm_srai_epi32(_mm_slli_epi32((__m128i)words, 16), 16);
    vhalf low;
    _mm_storel_epi64((__m128i *)(void *)&low, _mm_packs_epi32(with_sign, with_sign));
    return low;
}

DN_INLINE vbyte v_bytes_of_words(vword words)
{
    __m128i halves = _mm_packs_epi32((__m128i)words, (__m128i)words);
    int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(halves, halves));
    vbyte low;
    __builtin_memcpy(&low, &bytes, sizeof low);
    return low;
}
#else
DN_INLINE vword v_words_of_halves(vhalf halves)
{
    return __builtin_convertvector(halves, vword);
}

DN_INLINE vhalf v_halves_of_words(vword words)
{
    return __builtin_convertvector(words, vhalf);
}

DN_INLINE vbyte v_bytes_of_words(vword words)
{
    return __builtin_convertvector(v_halves_of_words(words), vbyte);
}
#endif

#if DN_LANES == 4 && defined(__SSE2__) && !defined(DN_EMULATED)
DN_INLINE vword v_words_of_bytes(vbyte bytes)
{
    int all;
    __builtin_memcpy(&all, &bytes, sizeof all);
    __m128i zero = _mm_setzero_si128(), halves = _mm_unpacklo_epi8(_mm_cvtsi32_si128(all), zero);
    return (vword)_mm_unpacklo_epi16(halves, zero);
}
#elif DN_LANES == 4 && defined(__ARM_NEON) && !defined(DN_EMULATED)
DN_INLINE vword v_words_of_bytes(vbyte bytes)
{
    uint32_t all;
    __builtin_memcpy(&all, &bytes, sizeof all);
    uint16x8_t halves = vmovl_u8(vcreate_u8(all));
    return (vword)vmovl_u16(vget_low_u16(halves));
}
#else
DN_INLINE vword v_words_of_bytes(vbyte bytes)
{
    return __builtin_convertvector(bytes, vword);
}
#endif

#if DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vbytes v_bytes_of_shorts(vushort shorts)
{
    __m256i all = (__m256i)shorts;
    return (vbytes)_mm_packus_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}
#else
DN_INLINE vbytes v_bytes_of_shorts(vushort shorts)
{
    return __builtin_convertvector(shorts, vbytes);
}
#endif

#endif
