/* SPDX-License-Identifier: MIT */
/* Weights that PyTorch's utilities keep in two tensors, as the one that a network
 * computes with. */
#ifndef DN_LOADING_REPARAMETRISE_H
#define DN_LOADING_REPARAMETRISE_H

#include "tensors/tensors.h"

/* Replaces in the file: NAME_orig and NAME_mask (torch.nn.utils.prune) by their product;
 * weight_g and weight_v, or parametrizations.weight.original0 and .original1 (weight norm),
 * by g v / |v|. *what says so to a person; NULL if there were none. */
dn_status dn_reparametrise(dn_tensor_file *file, const char **what);

/* The name of a tensor of another reparametrisation; NULL if there is none. */
const char *dn_unknown_parametrisation(const dn_tensor_file *file);

#endif
