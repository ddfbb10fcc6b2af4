/* SPDX-License-Identifier: MIT */
#ifndef DN_TENSORS_ONNX_READ_H
#define DN_TENSORS_ONNX_READ_H

#include "tensors/tensors.h"

/* Initialisers become the file's tensors, the graph its operators, metadata_props its values. */
dn_status dn_onnx_read(dn_tensor_file *file);

#endif
