/* SPDX-License-Identifier: MIT */
/* Names of outputs that other programs keep in a file. */
#ifndef DN_LOADING_OTHER_LABELS_H
#define DN_LOADING_OTHER_LABELS_H

#include "network/model.h"
#include "tensors/tensors.h"

/* Labels, and the objective where their kind tells it. DN_ERROR_MISMATCH if the outputs are of a
 * kind that is not computed. */
dn_status dn_other_labels_read(const dn_tensor_file *file, dn_model *model);

#endif
