/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_COPY_TENSORS_H
#define DN_LOADING_COPY_TENSORS_H

#include "network/model.h"
#include "tensors/tensors.h"

/* Points the model's tensors at the sources where those are floats in
 * canonical order as they lie, and at copies in model->storage otherwise.
 * *borrowed tells whether any points into the sources' file. */
dn_status dn_copy_tensors(dn_model *model, const dn_tensor *const *sources, dn_concat concat,
                          bool *borrowed);

/* A sentence's part on NaN, infinities and negative variances; "" if none. */
void dn_describe_values(const dn_model *model, char *text, size_t size);

#endif
