/* SPDX-License-Identifier: MIT */
#ifndef DN_TORCH_FLATTEN_H
#define DN_TORCH_FLATTEN_H

#include "tensors/torch/pickle.h"

/* Sets storage->data, or says why it cannot. */
typedef dn_status dn_storage_locate(void *context, dn_storage *storage);

/* Adds what is known of the class of the module at a path, whose values it joins. */
typedef dn_status dn_class_describe(void *context, dn_tensor_file *file, const char *path,
                                    const char *class);

/* Adds what a pickled object holds to the file: tensors and values under the
 * names that lead to them, joined by dots. An nn.Module gives the names of its
 * state_dict(), plus "__class__" and what describe adds, which may be NULL. */
dn_status dn_flatten(dn_tensor_file *file, dn_pickle_node *root, dn_storage_locate *locate,
                     dn_class_describe *describe, void *context);

#endif
