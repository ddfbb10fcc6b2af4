/* SPDX-License-Identifier: MIT */
/* Operators of quantised networks. Weights are dequantised; the quantisation of maps is not
 * applied, but for the ReLU that a range from 0 on is. */
#ifndef DN_LOADING_OPERATORS_BYTES_STEPS_H
#define DN_LOADING_OPERATORS_BYTES_STEPS_H

#include "loading/operators/walk.h"

/* QuantizeLinear and DequantizeLinear of maps. */
dn_walk_operation dn_bytes_quantise;

dn_walk_operation dn_bytes_conv, dn_bytes_matmul, dn_bytes_gemm;

#endif
