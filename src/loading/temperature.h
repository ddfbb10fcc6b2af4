/* SPDX-License-Identifier: MIT */
/* Temperature scaling (Guo et al., 2017): a number beside a network, by which its
 * logits are divided so that its probabilities are calibrated. */
#ifndef DN_LOADING_TEMPERATURE_H
#define DN_LOADING_TEMPERATURE_H

#include "tensors/tensors.h"

/* Looks for a tensor or value named "temperature" in a dictionary or module that
 * contains the tensor named `inside`, and leaves *temperature alone if there is none.
 * DN_ERROR_MISMATCH if it is not one positive finite number. */
dn_status dn_temperature_find(const dn_tensor_file *file, const char *inside, double *temperature);

#endif
