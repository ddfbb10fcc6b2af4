/* SPDX-License-Identifier: MIT */
#include "tensors/dtype.h"

#include <string.h>

static const struct {
    const char *name, *safetensors, *torch, *storage, *numpy;
} types[DN_DTYPE_COUNT] = {
    [DN_F32] = {"f32", "F32", "float32", "FloatStorage", "f4"},
    [DN_F16] = {"f16", "F16", "float16", "HalfStorage", "f2"},
    [DN_BF16] = {"bf16", "BF16", "bfloat16", "BFloat16Storage", ""},
    [DN_F64] = {"f64", "F64", "float64", "DoubleStorage", "f8"},
    [DN_I64] = {"i64", "I64", "int64", "LongStorage", "i8"},
    [DN_I32] = {"i32", "I32", "int32", "IntStorage", "i4"},
    [DN_I16] = {"i16", "I16", "int16", "ShortStorage", "i2"},
    [DN_I8] = {"i8", "I8", "int8", "CharStorage", "i1"},
    [DN_U64] = {"u64", "U64", "uint64", "", "u8"},
    [DN_U32] = {"u32", "U32", "uint32", "", "u4"},
    [DN_U16] = {"u16", "U16", "uint16", "", "u2"},
    [DN_U8] = {"u8", "U8", "uint8", "ByteStorage", "u1"},
    [DN_BOOL] = {"bool", "BOOL", "bool", "BoolStorage", "b1"},
    [DN_F8_E4M3] = {"f8_e4m3", "F8_E4M3", "float8_e4m3fn", "", ""},
    [DN_F8_E5M2] = {"f8_e5m2", "F8_E5M2", "float8_e5m2", "", ""},
    [DN_C64] = {"c64", "C64", "complex64", "ComplexFloatStorage", "c8"},
    [DN_C128] = {"c128", "C128", "complex128", "ComplexDoubleStorage", "c16"},
};

const char *dn_dtype_name(dn_dtype dtype)
{
    return types[dtype].name;
}

const char *dn_dtype_safetensors_name(dn_dtype dtype)
{
    return types[dtype].safetensors;
}

const char *dn_dtype_storage_name(dn_dtype dtype)
{
    return types[dtype].storage;
}

const char *dn_dtype_numpy_code(dn_dtype dtype)
{
    return types[dtype].numpy;
}

bool dn_dtype_from_safetensors(const char *name, dn_dtype *dtype)
{
    for (int t = 0; t < DN_DTYPE_COUNT; t++)
        if (strcmp(types[t].safetensors, name) == 0) {
            *dtype = (dn_dtype)t;
            return true;
        }
    return false;
}

bool dn_dtype_from_torch(const char *name, dn_dtype *dtype)
{
    if (!*name) /* which types without a storage class have */
        return false;
    for (int t = 0; t < DN_DTYPE_COUNT; t++)
        if (strcmp(types[t].torch, name) == 0 || strcmp(types[t].storage, name) == 0) {
            *dtype = (dn_dtype)t;
            return true;
        }
    return false;
}

bool dn_dtype_from_numpy(const char *code, dn_dtype *dtype)
{
    for (int t = 0; t < DN_DTYPE_COUNT; t++)
        if (types[t].numpy[0] && strcmp(types[t].numpy, code) == 0) {
            *dtype = (dn_dtype)t;
            return true;
        }
    return false;
}
