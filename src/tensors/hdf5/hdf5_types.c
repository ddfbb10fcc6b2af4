/* SPDX-License-Identifier: MIT */
/* Shapes and element types, of datasets and attributes. */
#include "tensors/hdf5/hdf5_parts.h"

int dn_hdf5_shape(hid_t space, int64_t shape[DN_MAX_RANK])
{
    hsize_t sizes[DN_MAX_RANK] = {0};
    H5S_class_t kind = H5(H5Sget_simple_extent_type)(space);
    int rank = H5(H5Sget_simple_extent_ndims)(space);
    if ((kind != H5S_SIMPLE && kind != H5S_SCALAR) || rank < 0 || rank > DN_MAX_RANK ||
        H5(H5Sget_simple_extent_dims)(space, sizes, NULL) < 0)
        return -1;
    for (int d = 0; d < rank; d++) {
        if (sizes[d] > INT64_MAX)
            return -1;
        shape[d] = (int64_t)sizes[d];
    }
    return rank;
}

/* Of IEEE 754, by the size of its exponent. */
static bool float_element(hid_t type, size_t size, dn_dtype *dtype)
{
    size_t sign, exponent, bits, mantissa, digits;
    if (H5(H5Tget_fields)(type, &sign, &exponent, &bits, &mantissa, &digits) < 0 ||
        sign != 8 * size - 1 || mantissa != 0 || exponent != digits || bits + digits != sign)
        return false;
    const struct {
        size_t size, bits;
        dn_dtype dtype;
    } kinds[] = {{4, 8, DN_F32}, {2, 5, DN_F16}, {2, 8, DN_BF16}, {8, 11, DN_F64}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].size == size && kinds[i].bits == bits) {
            *dtype = kinds[i].dtype;
            return true;
        }
    return false;
}

static bool integer_element(hid_t type, size_t size, dn_dtype *dtype)
{
    static const dn_dtype kinds[2][4] = {{DN_U8, DN_U16, DN_U32, DN_U64},
                                         {DN_I8, DN_I16, DN_I32, DN_I64}};
    bool is_signed = H5(H5Tget_sign)(type) == H5T_SGN_2;
    for (int i = 0; i < 4; i++)
        if (size == (size_t)1 << i) {
            *dtype = kinds[is_signed][i];
            return true;
        }
    return false;
}

bool dn_hdf5_element(hid_t type, dn_dtype *dtype)
{
    H5T_class_t kind = H5(H5Tget_class)(type);
    size_t size = H5(H5Tget_size)(type);
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) ||
        (size > 1 && H5(H5Tget_order)(type) != H5T_ORDER_LE))
        return false;
    return kind == H5T_FLOAT ? float_element(type, size, dtype)
                             : integer_element(type, size, dtype);
}
