/* SPDX-License-Identifier: MIT */
/* A sample times a 23-bit weight takes 32-bit multiplications, of which SSE2 has
 * next to none. With the weights split into halves, pmaddwd takes two taps of
 * four samples at once, and integer sums are the same in any order. */
#include "image/resample_passes.h"

#ifdef __SSE2__
#include <string.h>

#include <emmintrin.h>

static inline int load_4(const void *from)
{
    int value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* r0 r1 g0 g1 b0 b1 of two neighbouring pixels, as words; reads no further bytes. */
static inline __m128i load_two_pixels(const uint8_t *pixel)
{
    __m128i first = _mm_cvtsi32_si128(load_4(pixel));
    __m128i second = _mm_srli_epi32(_mm_cvtsi32_si128(load_4(pixel + 2)), 8);
    return _mm_unpacklo_epi8(_mm_unpacklo_epi8(first, second), _mm_setzero_si128());
}

static inline void store_pixel(uint8_t *out, __m128i high, __m128i low)
{
    __m128i sums = _mm_srai_epi32(_mm_add_epi32(_mm_slli_epi32(high, 8), low), DN_TAP_BITS);
    sums = _mm_packs_epi32(sums, sums);
    int rgb = _mm_cvtsi128_si32(_mm_packus_epi16(sums, sums));
    memcpy(out, &rgb, 3);
}

void dn_rgb_across_sse2(const dn_taps *taps, const uint8_t *line, uint8_t *out)
{
    const int16_t(*halves)[4] = (const int16_t(*)[4])taps->halves;
    for (int x = 0; x < taps->count; x++, out += 3) {
        const uint8_t *pixel = line + 3 * (size_t)taps->first[x];
        __m128i high = _mm_setzero_si128(), low = _mm_set1_epi32(1 << (DN_TAP_BITS - 1));
        for (int t = 0; t < taps->length; t += 2, pixel += 6, halves++) {
            __m128i samples = load_two_pixels(pixel);
            __m128i weights_high = _mm_set1_epi32(load_4(*halves));
            __m128i weights_low = _mm_set1_epi32(load_4(*halves + 2));
            high = _mm_add_epi32(high, _mm_madd_epi16(samples, weights_high));
            low = _mm_add_epi32(low, _mm_madd_epi16(samples, weights_low));
        }
        store_pixel(out, high, low);
    }
}
#endif
