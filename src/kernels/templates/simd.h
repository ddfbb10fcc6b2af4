/* SPDX-License-Identifier: MIT */
/* The vector type of all templates: DN_LANES floats, by GCC's and Clang's vector
 * extensions. a * b + c contracts to FMA if the level has it. */
#ifndef DN_TEMPLATES_SIMD_H
#define DN_TEMPLATES_SIMD_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif
#ifdef __ARM_NEON
#include <arm_neon.h>
#endif

typedef float vfloat __attribute__((vector_size(4 * DN_LANES)));
typedef int32_t vint __attribute__((vector_size(4 * DN_LANES)));
/* For loads and stores at any address. */
typedef float vfloat_memory __attribute__((vector_size(4 * DN_LANES), aligned(4), may_alias));

#define DN_INLINE static inline __attribute__((always_inline))

/* Before a loop: unrolls it `count` times, or completely if it has fewer
 * iterations; only then do arrays of vectors stay in registers. */
#define DN_PRAGMA(text) _Pragma(#text)
#ifdef __clang__
#define DN_UNROLL(count) DN_PRAGMA(unroll count)
#else
#define DN_UNROLL(count) DN_PRAGMA(GCC unroll count)
#endif

DN_INLINE vfloat v_load(const float *address)
{
    return *(const vfloat_memory *)address;
}

DN_INLINE void v_store(float *address, vfloat value)
{
    *(vfloat_memory *)address = value;
}

/* Into the second-level cache; any address will do. */
DN_INLINE void v_prefetch(const void *address)
{
    __builtin_prefetch(address, 0, 2);
}

DN_INLINE vfloat v_set(float value)
{
    return value - (vfloat){0}; /* costs nothing, unlike +, which turns -0 into 0 */
}

/* The first `count` floats of a vector, 1..DN_LANES. Masked loads and stores,
 * where available, save a tenth of the training time of a network whose growth
 * rate is not a multiple of the vector. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE __mmask16 v_first(int count)
{
    return (__mmask16)((1u << count) - 1);
}

DN_INLINE vfloat v_load_some(const float *address, int count)
{
    return (vfloat)_mm512_maskz_loadu_ps(v_first(count), address);
}

DN_INLINE void v_store_some(float *address, vfloat value, int count)
{
    _mm512_mask_storeu_ps(address, v_first(count), (__m512)value);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE __m256i v_first(int count)
{
    const vint lane = {0, 1, 2, 3, 4, 5, 6, 7};
    return (__m256i)(lane < count);
}

DN_INLINE vfloat v_load_some(const float *address, int count)
{
    return (vfloat)_mm256_maskload_ps(address, v_first(count));
}

DN_INLINE void v_store_some(float *address, vfloat value, int count)
{
    _mm256_maskstore_ps(address, v_first(count), (__m256)value);
}
#else
DN_INLINE vfloat v_load_some(const float *address, int count)
{
    vfloat value = v_set(0);
    for (int i = 0; i < count; i++)
        value[i] = address[i];
    return value;
}

DN_INLINE void v_store_some(float *address, vfloat value, int count)
{
    for (int i = 0; i < count; i++)
        address[i] = value[i];
}
#endif

/* The same, no slower than v_load where count is the constant DN_LANES. */
DN_INLINE vfloat v_load_first(const float *address, int count)
{
    return count == DN_LANES ? v_load(address) : v_load_some(address, count);
}

DN_INLINE void v_store_first(float *address, vfloat value, int count)
{
    if (count == DN_LANES)
        v_store(address, value);
    else
        v_store_some(address, value, count);
}

/* a where it is larger, or smaller, than b, else b: also if one of them is NaN. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE vfloat v_larger(vfloat a, vfloat b)
{
    return (vfloat)_mm512_max_ps((__m512)a, (__m512)b);
}

DN_INLINE vfloat v_smaller(vfloat a, vfloat b)
{
    return (vfloat)_mm512_min_ps((__m512)a, (__m512)b);
}
#elif DN_LANES == 8 && defined(__AVX2__) && !defined(DN_EMULATED)
DN_INLINE vfloat v_larger(vfloat a, vfloat b)
{
    return (vfloat)_mm256_max_ps((__m256)a, (__m256)b);
}

DN_INLINE vfloat v_smaller(vfloat a, vfloat b)
{
    return (vfloat)_mm256_min_ps((__m256)a, (__m256)b);
}
#else
DN_INLINE vfloat v_larger(vfloat a, vfloat b)
{
    vint take = (vint)(a > b);
    return (vfloat)(((vint)a & take) | ((vint)b & ~take));
}

DN_INLINE vfloat v_smaller(vfloat a, vfloat b)
{
    vint take = (vint)(a < b);
    return (vfloat)(((vint)a & take) | ((vint)b & ~take));
}
#endif

/* max(0, x), and NaN for NaN, as PyTorch's relu. */
DN_INLINE vfloat v_relu(vfloat x)
{
    return v_larger((vfloat){0}, x);
}

/* Below what a norm's result is not let: 0 by its ReLU, or if it is linear, nothing. */
DN_INLINE vfloat v_floor(bool linear)
{
    return v_set(linear ? -INFINITY : 0);
}

/* The larger, NaN if either is NaN. */
#if DN_LANES == 16 && defined(__AVX512F__) && !defined(DN_EMULATED)
DN_INLINE vfloat v_max(vfloat a, vfloat b)
{
    __mmask16 is_nan = _mm512_cmp_ps_mask((__m512)b, (__m512)b, _CMP_UNORD_Q);
    return (vfloat)_mm512_mask_mov_ps((__m512)v_larger(b, a), is_nan, (__m512)b);
}
#else
DN_INLINE vfloat v_max(vfloat a, vfloat b)
{
    vint is_nan = (vint)(b != b);
    return (vfloat)(((vint)b & is_nan) | ((vint)v_larger(b, a) & ~is_nan));
}
#endif

DN_INLINE float s_activate(float x, bool linear)
{
    return x < 0 && !linear ? 0 : x;
}

#endif
