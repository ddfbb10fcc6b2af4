/* SPDX-License-Identifier: MIT */
/* The plain operations that have a file of their own. */
#ifndef DN_REFERENCE_GRADIENT_H
#define DN_REFERENCE_GRADIENT_H

#include "kernels/gradient.h"

void dn_reference_winograd_gradient(const dn_winograd_gradient *op);
void dn_reference_winograd_products(const dn_winograd_gradient *op, float *scratch);
void dn_reference_winograd_weights(const dn_winograd_weights *op);

#endif
