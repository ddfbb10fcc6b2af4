/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_HEAD_GRADIENT_H
#define DN_INFERENCE_HEAD_GRADIENT_H

#include "inference/session.h"

/* The gradient of an output with respect to the pooled vector, at the last block's maps of one
 * image. *gradient points into *memory, which the caller frees. */
dn_status dn_head_gradient(const dn_prepared *prepared, const dn_grid *maps, int output,
                           float **memory, const float **gradient);

#endif
