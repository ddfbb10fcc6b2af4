/* SPDX-License-Identifier: MIT */
/* A model as an ONNX graph. */
#ifndef DN_LOADING_SAVE_ONNX_H
#define DN_LOADING_SAVE_ONNX_H

#include "base/file.h"
#include "network/model.h"
#include "tensors/dtype.h"

typedef struct dn_onnx_options {
    dn_dtype dtype; /* F32, F16; I8 of a quantised model */
    int opset;
    bool fold;          /* norms that stand behind a convolution into it */
    bool probabilities; /* as dn_model_probabilities, instead of logits */
    bool preprocessing; /* pictures in bytes go in, and the graph does the pipeline's last step */
    size_t most_bytes;  /* of a file without a second one for its tensors; 0: DN_ONNX_MOST_BYTES */
} dn_onnx_options;

dn_status dn_save_onnx(const dn_model *model, const dn_onnx_options *options,
                       dn_file_writer *writer);

#endif
