/* SPDX-License-Identifier: MIT */
#ifndef DN_TENSORS_ONNX_TENSOR_H
#define DN_TENSORS_ONNX_TENSOR_H

#include "tensors/tensors.h"

#include <onnx.pb-c.h>

/* ONNX's number of a type of elements; false if it is none that is read. */
bool dn_onnx_dtype(int number, dn_dtype *dtype);

/* The other way around, of a type that has one. */
int dn_onnx_number(dn_dtype dtype);

/* A tensor message as a tensor, whose data stay in the message, in a sidecar or in the pool. */
dn_status dn_onnx_tensor(dn_tensor_file *file, const DnOnnx__Tensor *message, dn_tensor *tensor);

#endif
