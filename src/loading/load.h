/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_LOAD_H
#define DN_LOADING_LOAD_H

#include "network/model.h"
#include "tensors/tensors.h"

/* The model in a file, which is closed, or kept by the model, also on failure. */
dn_status dn_load_file(dn_tensor_file *file, const dn_load_options *options, dn_model **model);

/* The built-in network's file. */
dn_status dn_builtin_open(dn_tensor_file **file);

#endif
