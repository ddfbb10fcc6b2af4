/* SPDX-License-Identifier: MIT */
/* Convolutions with a bias, which this family does not have. */
#ifndef DN_LOADING_FOLD_BIASES_H
#define DN_LOADING_FOLD_BIASES_H

#include "network/model.h"
#include "tensors/tensors.h"

/* biases[i]: that of the convolution of slot i, or NULL. Every map is read through a norm,
 * and padding comes after it, so the same network without biases has them subtracted from
 * the running means of the norms that read the maps. *folded says whether there were any. */
dn_status dn_fold_biases(dn_model *model, const dn_tensor *const *biases, bool *folded);

#endif
