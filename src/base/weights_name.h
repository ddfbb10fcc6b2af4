/* SPDX-License-Identifier: MIT */
/* What a weight file's name promises. */
#ifndef DN_BASE_WEIGHTS_NAME_H
#define DN_BASE_WEIGHTS_NAME_H

#include "base/status.h"

/* The formats that are written. */
typedef enum dn_weights_format {
    DN_WEIGHTS_SAFETENSORS, /* .safetensors, or no ending */
    DN_WEIGHTS_TORCH,       /* .pt, .pth */
    DN_WEIGHTS_NPZ,         /* .npz */
    DN_WEIGHTS_ONNX,        /* .onnx: not tensors alone, but a graph */
    DN_WEIGHTS_KERAS,       /* .h5, .hdf5 */
    DN_WEIGHTS_KERAS_3      /* .weights.h5 */
} dn_weights_format;

/* After an ONNX file's name, that of the file beside it with its tensors, if these are too many for
 * one message. */
#define DN_ONNX_SIDECAR ".data"

/* The format of a file to be written, by its name's ending; DN_ERROR_ARGUMENT if none is written
 * under that ending. */
dn_status dn_weights_format_of(const char *path, dn_weights_format *format);

#endif
