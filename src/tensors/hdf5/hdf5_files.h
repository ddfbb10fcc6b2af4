/* SPDX-License-Identifier: MIT */
/* What the readers' rows call. */
#ifndef DN_HDF5_FILES_H
#define DN_HDF5_FILES_H

#include "tensors/tensors.h"

/* In a .keras archive, the weights. */
#define DN_KERAS_WEIGHTS "model.weights.h5"

/* Tensors are named by their paths below the root, "conv1/conv/kernel:0"; attributes of groups
 * become values, "conv1/conv@weight_names", "@model_config". */
dn_status dn_hdf5_read_file(dn_tensor_file *file);

/* The same of the weights in a .keras archive, whose config.json and metadata.json become values
 * under these names. */
dn_status dn_keras_read_archive(dn_tensor_file *file);

#endif
