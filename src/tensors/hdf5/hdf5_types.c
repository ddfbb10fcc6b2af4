/* SPDX-License-Identifier: MIT */
/* Shapes and element types, of datasets and attributes. */
#include "tensors/hdf5/hdf5_parts.h"

enum { FIXED_POINT = 0, FLOATING_POINT = 1, TEXT = 3, VARIABLE_LENGTH = 9, REFERENCE_SIZE = 16 };

/* Version 1, and 2 for no elements at all. */
bool dn_hdf5_read_space(dn_hdf5_bytes body, int *rank, int64_t shape[DN_MAX_RANK])
{
    uint64_t version = dn_hdf5_number(&body, 1), sides = dn_hdf5_number(&body, 1);
    dn_hdf5_skip(&body, 1); /* whether largest sides follow */
    uint64_t kind = dn_hdf5_number(&body, 1);
    if (version == 1)
        dn_hdf5_skip(&body, 4);
    *rank = version == 2 && kind == 2 ? -1 : sides > DN_MAX_RANK ? -1 : (int)sides;
    for (int d = 0; d < *rank; d++) {
        uint64_t side = dn_hdf5_number(&body, 8);
        if (side > INT64_MAX)
            return false;
        shape[d] = (int64_t)side;
    }
    return !body.broken && (version == 1 || version == 2);
}

/* Of IEEE 754, by the size of its exponent. Its properties: the first bit and how many there are;
 * the same of the exponent and the mantissa; the exponent's bias. */
static void read_float(dn_hdf5_bytes *body, uint64_t sign, dn_hdf5_element *element)
{
    uint64_t first = dn_hdf5_number(body, 2), bits = dn_hdf5_number(body, 2),
             exponent = dn_hdf5_number(body, 1), exponent_bits = dn_hdf5_number(body, 1),
             mantissa = dn_hdf5_number(body, 1), mantissa_bits = dn_hdf5_number(body, 1),
             bias = dn_hdf5_number(body, 4);
    const struct {
        size_t size;
        unsigned exponent_bits;
        dn_dtype dtype;
    } kinds[] = {{4, 8, DN_F32}, {2, 5, DN_F16}, {2, 8, DN_BF16}, {8, 11, DN_F64}};
    if (first || bits != 8 * element->size || sign != bits - 1 || mantissa ||
        exponent != mantissa_bits || exponent + exponent_bits != sign)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].size == element->size && kinds[i].exponent_bits == exponent_bits &&
            bias == (UINT64_C(1) << (exponent_bits - 1)) - 1) {
            element->kind = DN_HDF5_NUMBER;
            element->dtype = kinds[i].dtype;
        }
}

static void read_integer(dn_hdf5_bytes *body, bool is_signed, dn_hdf5_element *element)
{
    static const dn_dtype kinds[2][4] = {{DN_U8, DN_U16, DN_U32, DN_U64},
                                         {DN_I8, DN_I16, DN_I32, DN_I64}};
    uint64_t first = dn_hdf5_number(body, 2), bits = dn_hdf5_number(body, 2);
    if (first || bits != 8 * element->size)
        return;
    for (int i = 0; i < 4; i++)
        if (element->size == (size_t)1 << i) {
            element->kind = DN_HDF5_NUMBER;
            element->dtype = kinds[is_signed][i];
        }
}

/* Bits of `flags`: for numbers, 0 is set if the big end comes first, and 6 of floats for an order
 * of its own; 3 if an integer is signed; 8 to 15 are where the sign is. */
bool dn_hdf5_read_element(dn_hdf5_bytes body, dn_hdf5_element *element)
{
    uint64_t class_and_version = dn_hdf5_number(&body, 1), flags = dn_hdf5_number(&body, 3);
    uint64_t version = class_and_version >> 4;
    *element = (dn_hdf5_element){.size = (size_t)dn_hdf5_number(&body, 4), .swapped = flags & 1};
    switch (class_and_version & 15) {
    case FIXED_POINT:
        read_integer(&body, flags >> 3 & 1, element);
        break;
    case FLOATING_POINT:
        if (!(flags >> 6 & 1))
            read_float(&body, flags >> 8 & 255, element);
        break;
    case TEXT:
        element->kind = DN_HDF5_FIXED_TEXT;
        break;
    case VARIABLE_LENGTH:
        if ((flags & 15) == 1 && element->size == REFERENCE_SIZE)
            element->kind = DN_HDF5_VARIABLE_TEXT;
        break;
    default:
        break;
    }
    return !body.broken && version >= 1 && version <= 3;
}

void dn_hdf5_swap(const unsigned char *from, size_t count, size_t size, unsigned char *to)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char turned[8];
        for (size_t byte = 0; byte < size; byte++)
            turned[size - 1 - byte] = from[i * size + byte];
        memcpy(to + i * size, turned, size);
    }
}
