/* SPDX-License-Identifier: MIT */
/* The elements of maps, which vectors hold as floats: floats, or with DN_HALVES bfloat16
 * numbers, rounded to nearest, ties to even, when they are stored. */
#ifndef DN_TEMPLATES_MAPS_H
#define DN_TEMPLATES_MAPS_H

#include "kernels/kernels.h"
#include "kernels/templates/simd_bf16.h"

#ifdef DN_HALVES
typedef uint16_t map_t;
#define DN_OF_MAPS(floats, halves) (halves)
#else
typedef float map_t;
#define DN_OF_MAPS(floats, halves) (floats)
#endif

DN_INLINE vfloat m_load(const map_t *address)
{
    return DN_OF_MAPS(v_load(address), v_load_bf16(address));
}

DN_INLINE vfloat m_load_first(const map_t *address, int count)
{
    return DN_OF_MAPS(v_load_first(address, count), v_load_bf16_first(address, count));
}

DN_INLINE void m_store(map_t *address, vfloat value)
{
    DN_OF_MAPS(v_store(address, value), v_store_bf16(address, value));
}

DN_INLINE void m_store_first(map_t *address, vfloat value, int count)
{
    DN_OF_MAPS(v_store_first(address, value, count), v_store_bf16_first(address, value, count));
}

DN_INLINE float m_get(map_t element)
{
    return DN_OF_MAPS(element, dn_float_of_bf16(element));
}

DN_INLINE map_t m_element(float value)
{
    return DN_OF_MAPS(value, dn_bf16_of_float(value));
}

DN_INLINE map_t *m_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return DN_OF_MAPS(dn_pixel_at(grid, image, y, x), dn_half_pixel_at(grid, image, y, x));
}

#endif
