/* SPDX-License-Identifier: MIT */
#ifndef DN_TENSORS_ONNX_GRAPH_H
#define DN_TENSORS_ONNX_GRAPH_H

#include "tensors/operators.h"

#include <onnx.pb-c.h>

/* The graph as operators, in file->operators; names become numbers. The file's tensors are the
 * initialisers, in order. DN_ERROR_FORMAT if a value has two makers, or an operator reads one that
 * none before it makes, as in a circle. */
dn_status dn_onnx_graph(dn_tensor_file *file, const DnOnnx__Model *model);

#endif
