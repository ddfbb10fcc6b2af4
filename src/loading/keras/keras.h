/* SPDX-License-Identifier: MIT */
/* What a Keras file means: the names of its layers, and what its model's configuration records. */
#ifndef DN_LOADING_KERAS_H
#define DN_LOADING_KERAS_H

#include "network/model.h"
#include "tensors/tensors.h"

/* A model that changes pictures before its network, x * scale + offset: three of each. */
#define DN_KERAS_RESCALING "keras.rescaling"

/* "first" or "last": where the Concatenate layers put a layer's new maps, if all do so alike. */
#define DN_KERAS_CONCAT "keras.concat"

/* True for files that Keras writes. */
bool dn_is_keras_file(const dn_tensor_file *file);

/* Names a Keras file's tensors by their layers ("densenet121.conv1/conv.kernel"), in the order of
 * computation as far as it is known, without an optimiser's, and adds what the model's
 * configuration says as modules (recorded/recorded_modules.h). Other files stay as they are. */
dn_status dn_keras_prepare(dn_tensor_file *file);

/* The pipeline of a model that changes pictures itself, from samples of 0 to 255. */
void dn_keras_read_pipeline(const dn_tensor_file *file, dn_model *model);

#endif
