/* SPDX-License-Identifier: MIT */
/* The elements of maps, which vectors hold as floats: floats, or with DN_HALVES bfloat16
 * numbers, rounded to nearest, ties to even, when they are stored. */
#ifndef DN_TEMPLATES_MAPS_H
#define DN_TEMPLATES_MAPS_H

#include "kernels/kernels.h"
#include "kernels/templates/simd_bf16.h"

#ifdef DN_HALVES
typedef uint16_t map_t;

DN_INLINE vfloat m_load(const map_t *address)
{
    return v_load_bf16(address);
}

DN_INLINE vfloat m_load_first(const map_t *address, int count)
{
    return v_load_bf16_first(address, count);
}

DN_INLINE void m_store(map_t *address, vfloat value)
{
    v_store_bf16(address, value);
}

DN_INLINE void m_store_first(map_t *address, vfloat value, int count)
{
    v_store_bf16_first(address, value, count);
}

DN_INLINE float m_get(map_t element)
{
    return dn_float_of_bf16(element);
}

DN_INLINE map_t m_element(float value)
{
    return dn_bf16_of_float(value);
}

DN_INLINE map_t *m_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return dn_half_pixel_at(grid, image, y, x);
}
#else
typedef float map_t;

DN_INLINE vfloat m_load(const map_t *address)
{
    return v_load(address);
}

DN_INLINE vfloat m_load_first(const map_t *address, int count)
{
    return v_load_first(address, count);
}

DN_INLINE void m_store(map_t *address, vfloat value)
{
    v_store(address, value);
}

DN_INLINE void m_store_first(map_t *address, vfloat value, int count)
{
    v_store_first(address, value, count);
}

DN_INLINE float m_get(map_t element)
{
    return element;
}

DN_INLINE map_t m_element(float value)
{
    return value;
}

DN_INLINE map_t *m_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return dn_pixel_at(grid, image, y, x);
}
#endif

#endif
