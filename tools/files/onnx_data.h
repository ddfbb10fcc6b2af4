/* SPDX-License-Identifier: MIT */
#ifndef TOOL_ONNX_DATA_H
#define TOOL_ONNX_DATA_H

#include <stdbool.h>

/* Whether `output` differs from each file in which an ONNX file keeps tensors; complains if it
 * does not. Of a file that is no ONNX file, true. */
bool onnx_data_is_distinct(const char *output, const char *weights);

#endif
