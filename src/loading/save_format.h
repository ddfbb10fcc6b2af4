/* SPDX-License-Identifier: MIT */
/* How a model is to be written. */
#ifndef DN_LOADING_SAVE_FORMAT_H
#define DN_LOADING_SAVE_FORMAT_H

#include "base/weights_name.h"
#include "loading/onnx/save_onnx.h"
#include "network/names.h"

typedef struct dn_save_format {
    dn_weights_format file;
    dn_dialect naming;
    dn_dtype dtype;
    dn_onnx_options onnx; /* of DN_WEIGHTS_ONNX */
} dn_save_format;

/* DN_ERROR_ARGUMENT for what a file of this name cannot have, or this model. */
dn_status dn_save_format_read(const dn_model *model, const char *path, const dn_save_options *given,
                              dn_save_format *format);

#endif
