/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_AUTO_PRECISION_H
#define DN_INFERENCE_AUTO_PRECISION_H

#include "kernels/kernels.h"
#include "network/model.h"

/* The precision that "auto" stands for: "int8", else "bf16", if what was recorded of its error is
 * small and these kernels multiply in it faster than floats; else "f32". */
const char *dn_auto_precision(const dn_model *model, const dn_kernels *kernels);

#endif
