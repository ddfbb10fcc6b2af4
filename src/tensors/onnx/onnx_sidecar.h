/* SPDX-License-Identifier: MIT */
/* Tensors that lie in a file beside the ONNX file. */
#ifndef DN_TENSORS_ONNX_SIDECAR_H
#define DN_TENSORS_ONNX_SIDECAR_H

#include "tensors/tensors.h"

#include <onnx.pb-c.h>

/* The bytes that external_data names, mapped until the file is closed. Only regular files in the
 * ONNX file's own folder, or below it, are opened, wherever links lead; `what` begins sentences. */
dn_status dn_onnx_external(dn_tensor_file *file, const DnOnnx__Tensor *message, const char *what,
                           const unsigned char **data, size_t *size);

#endif
