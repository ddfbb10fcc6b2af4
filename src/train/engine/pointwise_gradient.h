/* SPDX-License-Identifier: MIT */
#ifndef DN_ENGINE_POINTWISE_GRADIENT_H
#define DN_ENGINE_POINTWISE_GRADIENT_H

#include "train/engine/state.h"

/* Working memory of a 1x1 convolution's backward pass, and the pass. */
void dn_pointwise_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs);
void dn_pointwise_backward(dn_engine *engine, const dn_node *node);

#endif
