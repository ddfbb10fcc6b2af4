/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_AUTO_PRECISION_H
#define DN_INFERENCE_AUTO_PRECISION_H

#include "kernels/kernels.h"
#include "network/model.h"

/* The precision that "auto" stands for: "int8" if the model is quantised, what was recorded of
 * its error then is small, and these kernels multiply bytes faster than floats; else "f32". */
const char *dn_auto_precision(const dn_model *model, const dn_kernels *kernels);

#endif
