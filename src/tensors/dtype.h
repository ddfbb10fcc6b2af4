/* SPDX-License-Identifier: MIT */
/* Element types of weight files, and their conversion to and from float. */
#ifndef DN_TENSORS_DTYPE_H
#define DN_TENSORS_DTYPE_H

#include "base/status.h"

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

size_t dn_dtype_size(dn_dtype dtype);

/* "f32"; as safetensors has it, "F32"; torch's storage, "FloatStorage". */
const char *dn_dtype_name(dn_dtype dtype);
const char *dn_dtype_safetensors_name(dn_dtype dtype);
const char *dn_dtype_storage_name(dn_dtype dtype);

/* By safetensors' name, torch's dtype ("float32") or storage, or numpy's code
 * ("f4"); false if there is none. */
bool dn_dtype_from_safetensors(const char *name, dn_dtype *dtype);
bool dn_dtype_from_torch(const char *name, dn_dtype *dtype);
bool dn_dtype_from_numpy(const char *code, dn_dtype *dtype);

/* True for the types that a network's weights may have. */
bool dn_dtype_is_float(dn_dtype dtype);

/* count elements of a floating type, `stride` elements apart, to float; exact
 * except for F64, which is rounded to nearest. data need not be aligned. */
void dn_to_float(dn_dtype dtype, const unsigned char *data, size_t count, int64_t stride,
                 float *out);

/* One element of any type except complex numbers and 8-bit floats. */
double dn_to_double(dn_dtype dtype, const unsigned char *data);

/* count floats to F32, F16 or BF16, little-endian, nearest even. */
void dn_from_float(dn_dtype dtype, const float *data, size_t count, unsigned char *out);

#endif
