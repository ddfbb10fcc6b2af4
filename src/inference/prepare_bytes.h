/* SPDX-License-Identifier: MIT */
/* The parameters of a network that computes in bytes. */
#ifndef DN_INFERENCE_PREPARE_BYTES_H
#define DN_INFERENCE_PREPARE_BYTES_H

#include "inference/packer.h"
#include "inference/prepared.h"

/* Takes memory for what the bytes of all maps stand for, and fills it. To be called before the
 * nodes are prepared. */
void dn_prepare_values(dn_packer *p, dn_prepared *prepared);

/* Prepares a convolution's norms, factors, scales and biases; or the global pool's norm. */
void dn_prepare_bytes(dn_packer *p, dn_prepared *prepared, int number);

#endif
