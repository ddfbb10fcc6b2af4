/* SPDX-License-Identifier: MIT */
/* Types of the elements of tensors and of weights, and their conversion to and from
 * float. */
#ifndef DN_BASE_ELEMENT_H
#define DN_BASE_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum dn_dtype {
    DN_F32,
    DN_F16,
    DN_BF16,
    DN_F64,
    DN_I64,
    DN_I32,
    DN_I16,
    DN_I8,
    DN_U64,
    DN_U32,
    DN_U16,
    DN_U8,
    DN_BOOL,
    DN_F8_E4M3,
    DN_F8_E5M2,
    DN_C64,
    DN_C128,
    DN_DTYPE_COUNT
} dn_dtype;

/* In bytes. */
size_t dn_dtype_size(dn_dtype dtype);

/* True for the types that a network's weights may have. */
bool dn_dtype_is_float(dn_dtype dtype);

/* count elements of a floating type, `stride` elements apart, to float; exact
 * except for F64, which is rounded to nearest. data need not be aligned. */
void dn_to_float(dn_dtype dtype, const unsigned char *data, size_t count, int64_t stride,
                 float *out);

/* One element of any type except complex numbers and 8-bit floats. */
double dn_to_double(dn_dtype dtype, const unsigned char *data);

static inline float dn_float_of_bf16(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* To nearest, ties to even; a NaN becomes a quiet one. */
static inline uint16_t dn_bf16_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
    return (uint16_t)((is_nan ? bits | 0x400000u : bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

/* count floats to F32, F16 or BF16, little-endian, nearest even. */
void dn_from_float(dn_dtype dtype, const float *data, size_t count, unsigned char *out);

#endif
