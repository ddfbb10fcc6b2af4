/* SPDX-License-Identifier: MIT */
/* The vector that templates are written against: DN_LANES floats, by GCC's and
 * Clang's vector extensions. a * b + c contracts to FMA where there is one. */
#ifndef DN_KERNELS_SIMD_H
#define DN_KERNELS_SIMD_H

#include <stdint.h>

typedef float vfloat __attribute__((vector_size(4 * DN_LANES)));
typedef int32_t vint __attribute__((vector_size(4 * DN_LANES)));
/* For loads and stores at any address. */
typedef float vfloat_memory __attribute__((vector_size(4 * DN_LANES), aligned(4), may_alias));

#define DN_INLINE static inline __attribute__((always_inline))

/* Before a loop: unrolls it `count` times, or away where it has fewer rounds;
 * only then do arrays of vectors stay in registers. */
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
DN_INLINE void v_prefetch(const float *address)
{
    __builtin_prefetch(address, 0, 2);
}

DN_INLINE vfloat v_set(float value)
{
    return value - (vfloat){0}; /* unlike +, which turns -0 into 0, no operation */
}

/* The first `count` floats of a vector, 1..DN_LANES. */
DN_INLINE vfloat v_load_first(const float *address, int count)
{
    if (count == DN_LANES)
        return v_load(address);
    vfloat value = v_set(0);
    for (int i = 0; i < count; i++)
        value[i] = address[i];
    return value;
}

DN_INLINE void v_store_first(float *address, vfloat value, int count)
{
    if (count == DN_LANES)
        v_store(address, value);
    else
        for (int i = 0; i < count; i++)
            address[i] = value[i];
}

/* max(0, x), NaN for NaN as PyTorch's relu. */
DN_INLINE vfloat v_relu(vfloat x)
{
    return (vfloat)((vint)x & ~(vint)(x <= (vfloat){0}));
}

/* The larger, NaN where either is. */
DN_INLINE vfloat v_max(vfloat a, vfloat b)
{
    vint take = (vint)(a < b) | (vint)(b != b);
    return (vfloat)(((vint)b & take) | ((vint)a & ~take));
}

DN_INLINE float s_relu(float x)
{
    return x <= 0 ? 0 : x;
}

DN_INLINE float s_max(float a, float b)
{
    return a < b || b != b ? b : a;
}

#endif
