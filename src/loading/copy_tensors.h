/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_COPY_TENSORS_H
#define DN_LOADING_COPY_TENSORS_H

#include "network/model.h"
#include "tensors/tensors.h"

/* Points the model's tensors at the sources where those already are floats in
 * canonical order, and at copies in model->storage otherwise. *borrowed says
 * whether any points into the sources' file. */
dn_status dn_copy_tensors(dn_model *model, const dn_tensor *const *sources, dn_concat concat,
                          bool *borrowed);

#endif
