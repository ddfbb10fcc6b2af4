/* SPDX-License-Identifier: MIT */
#ifndef DN_ENGINE_POINTWISE_GRADIENT_H
#define DN_ENGINE_POINTWISE_GRADIENT_H

#include "train/engine/state.h"

/* A 1x1 convolution's backward pass, and its working memory. */
void dn_pointwise_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs);
void dn_pointwise_backward(dn_engine *engine, const dn_node *node);

#endif
