/* SPDX-License-Identifier: MIT */
/* Weights that PyTorch's utilities keep in two or three tensors, as the one that a network
 * computes with. */
#ifndef DN_LOADING_REPARAMETRISE_H
#define DN_LOADING_REPARAMETRISE_H

#include "tensors/tensors.h"

/* Replaces in the file: NAME_orig and NAME_mask (torch.nn.utils.prune) by their product;
 * weight_g and weight_v, or parametrizations.weight.original0 and .original1 (weight norm, of any
 * dimension), by g v / |v|; weight_orig, weight_u and weight_v, or
 * parametrizations.weight.original, .0._u and .0._v (spectral norm), by the weight divided by u W
 * v. *what says so to a person; NULL if there were none. */
dn_status dn_reparametrise(dn_tensor_file *file, const char **what);

/* True if a tensor's name says that it is one part of a weight. */
bool dn_is_parametrised(const dn_tensor *tensor);

#endif
