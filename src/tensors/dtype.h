/* SPDX-License-Identifier: MIT */
/* What files call the types of elements. */
#ifndef DN_TENSORS_DTYPE_H
#define DN_TENSORS_DTYPE_H

#include "base/element.h"

/* "f32"; as safetensors has it, "F32"; torch's storage, "FloatStorage". */
const char *dn_dtype_name(dn_dtype dtype);
const char *dn_dtype_safetensors_name(dn_dtype dtype);
const char *dn_dtype_storage_name(dn_dtype dtype);

/* "f4"; "" if NumPy has no such type. */
const char *dn_dtype_numpy_code(dn_dtype dtype);

/* By safetensors' name, torch's dtype ("float32") or storage, or numpy's code
 * ("f4"); false if there is none. */
bool dn_dtype_from_safetensors(const char *name, dn_dtype *dtype);
bool dn_dtype_from_torch(const char *name, dn_dtype *dtype);
bool dn_dtype_from_numpy(const char *code, dn_dtype *dtype);

#endif
