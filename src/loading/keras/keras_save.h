/* SPDX-License-Identifier: MIT */
/* A model's tensors in Keras' order of axes. */
#ifndef DN_LOADING_KERAS_SAVE_H
#define DN_LOADING_KERAS_SAVE_H

#include "network/model.h"
#include "tensors/writers.h"

/* DN_ERROR_ARGUMENT for a network that Keras' layers cannot express. */
dn_status dn_keras_check(const dn_model *model);

/* Turns a tensor of this slot, written to `turned`: kernels to height x width x in x out, matrices
 * to in x out. Sets output->data and output->shape. */
void dn_keras_turn(const dn_slot *slot, const float *data, float *turned, dn_output *output);

#endif
