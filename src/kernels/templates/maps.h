/* SPDX-License-Identifier: MIT */
/* The elements of maps, which vectors hold as floats: floats; or with DN_HALVES bfloat16
 * numbers, rounded to nearest, ties to even, when they are stored; or with DN_BYTES whole
 * numbers between 0 and 255, to which they are rounded likewise. */
#ifndef DN_TEMPLATES_MAPS_H
#define DN_TEMPLATES_MAPS_H

#include "kernels/kernels.h"
#include "kernels/templates/simd_bytes.h"

#if defined(DN_BYTES)
typedef uint8_t map_t;
#define DN_MAPS DN_U8
#define DN_GATHERS /* windows, into packed rows */
#define DN_OF_MAPS(floats, halves, bytes) (bytes)
#elif defined(DN_HALVES)
typedef uint16_t map_t;
#define DN_MAPS DN_BF16
#define DN_GATHERS
#define DN_OF_MAPS(floats, halves, bytes) (halves)
#else
typedef float map_t;
#define DN_MAPS DN_F32
#define DN_OF_MAPS(floats, halves, bytes) (floats)
#endif

DN_INLINE vfloat m_load_first(const map_t *address, int count)
{
    return DN_OF_MAPS(v_load_first(address, count), v_load_bf16_first(address, count),
                      v_load_bytes_first(address, count));
}

DN_INLINE vfloat m_load(const map_t *address)
{
    return m_load_first(address, DN_LANES);
}

DN_INLINE void m_store_first(map_t *address, vfloat value, int count)
{
    DN_OF_MAPS(v_store_first(address, value, count), v_store_bf16_first(address, value, count),
               v_store_bytes_first(address, value, count));
}

DN_INLINE void m_store(map_t *address, vfloat value)
{
    m_store_first(address, value, DN_LANES);
}

DN_INLINE void m_store_two(map_t *address, vfloat first, vfloat second)
{
#if defined(DN_HALVES)
    v_store_two_bf16(address, first, second);
#else
    m_store(address, first);
    m_store(address + DN_LANES, second);
#endif
}

DN_INLINE float m_get(map_t element)
{
    return DN_OF_MAPS(element, dn_float_of_bf16(element), (float)element);
}

DN_INLINE map_t *m_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return DN_OF_MAPS(dn_pixel_at(grid, image, y, x), dn_half_pixel_at(grid, image, y, x),
                      dn_byte_pixel_at(grid, image, y, x));
}

#endif
