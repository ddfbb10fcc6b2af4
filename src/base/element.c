/* SPDX-License-Identifier: MIT */
#include "base/element.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "weight files are read without swapping bytes");

size_t dn_dtype_size(dn_dtype dtype)
{
    static const unsigned char sizes[DN_DTYPE_COUNT] = {
        [DN_F32] = 4, [DN_F16] = 2,   [DN_BF16] = 2, [DN_F64] = 8,     [DN_I64] = 8,
        [DN_I32] = 4, [DN_I16] = 2,   [DN_I8] = 1,   [DN_U64] = 8,     [DN_U32] = 4,
        [DN_U16] = 2, [DN_U8] = 1,    [DN_BOOL] = 1, [DN_F8_E4M3] = 1, [DN_F8_E5M2] = 1,
        [DN_C64] = 8, [DN_C128] = 16,
    };
    return sizes[dtype];
}

bool dn_dtype_is_float(dn_dtype dtype)
{
    return dtype <= DN_F64;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The magnitude's bits, read as a float, are 2^112 times too small: the
 * multiplication normalises subnormal numbers too. */
static float half_to_float(uint16_t half)
{
    uint32_t magnitude = half & 0x7fffu;
    uint32_t bits = bits_of_float(float_of_bits(magnitude << 13) * 0x1p112f);
    if (magnitude >= 0x7c00)
        bits = 0x7f800000u | magnitude << 13;
    return float_of_bits(bits | (uint32_t)(half & 0x8000u) << 16);
}

static uint16_t float_to_half(float value)
{
    uint32_t bits = bits_of_float(value), sign = bits >> 16 & 0x8000u;
    uint32_t magnitude = bits & 0x7fffffffu, half;
    if (magnitude > 0x7f800000u)
        half = 0x7e00u | (magnitude >> 13 & 0x3ffu);
    else if (magnitude >= 0x477ff000u) /* 65520 rounds to infinity */
        half = 0x7c00u;
    else if (magnitude < 0x38800000u) /* subnormal: the sum's last bit is 2^-24 */
        half = bits_of_float(float_of_bits(magnitude) + 0.5f) - 0x3f000000u;
    else
        half = (magnitude + 0xfffu + (magnitude >> 13 & 1u) - 0x38000000u) >> 13;
    return (uint16_t)(sign | half);
}

static uint16_t load16(const unsigned char *data)
{
    uint16_t value;
    memcpy(&value, data, sizeof value);
    return value;
}

static float element(dn_dtype dtype, const unsigned char *data)
{
    float single;
    double wide;
    switch (dtype) {
    case DN_F32:
        memcpy(&single, data, sizeof single);
        return single;
    case DN_F16:
        return half_to_float(load16(data));
    case DN_BF16:
        return dn_float_of_bf16(load16(data));
    default:
        memcpy(&wide, data, sizeof wide);
        return (float)wide;
    }
}

void dn_to_float(dn_dtype dtype, const unsigned char *data, size_t count, int64_t stride,
                 float *out)
{
    if (dtype == DN_F32 && stride == 1) {
        memcpy(out, data, count * sizeof(float));
        return;
    }
    ptrdiff_t step = (ptrdiff_t)stride * (ptrdiff_t)dn_dtype_size(dtype);
    for (size_t i = 0; i < count; i++, data += step)
        out[i] = element(dtype, data);
}

double dn_to_double(dn_dtype dtype, const unsigned char *data)
{
    if (dtype == DN_F64) {
        double wide;
        memcpy(&wide, data, sizeof wide);
        return wide;
    }
    if (dn_dtype_is_float(dtype))
        return (double)element(dtype, data);
    size_t size = dn_dtype_size(dtype);
    uint64_t value = 0;
    memcpy(&value, data, size);
    bool is_signed = dtype >= DN_I64 && dtype <= DN_I8;
    if (!is_signed)
        return (double)value;
    unsigned shift = (unsigned)(64 - 8 * size);
    return (double)((int64_t)(value << shift) >> shift);
}

/* A loop of its own, which compilers turn into vectors. */
static void store_bf16(const float *restrict data, size_t count, unsigned char *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half = dn_bf16_of_float(data[i]);
        memcpy(out + 2 * i, &half, sizeof half);
    }
}

void dn_from_float(dn_dtype dtype, const float *data, size_t count, unsigned char *out)
{
    if (dtype == DN_F32) {
        memcpy(out, data, count * sizeof(float));
        return;
    }
    if (dtype == DN_BF16) {
        store_bf16(data, count, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint16_t half = float_to_half(data[i]);
        memcpy(out + 2 * i, &half, sizeof half);
    }
}
