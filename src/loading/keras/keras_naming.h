/* SPDX-License-Identifier: MIT */
/* A Keras file's tensors on the way to their names. */
#ifndef DN_KERAS_NAMING_H
#define DN_KERAS_NAMING_H

#include "loading/keras/keras_layers.h"

enum { DN_KERAS_NAME_SIZE = 1024, DN_KERAS_STEPS_PER_NAME = 2048 };

/* A tensor, and its place in the order of computation. */
typedef struct dn_keras_placed {
    dn_tensor tensor;
    const char *path; /* as it was in the file */
    size_t layer, part, number;
    bool named;
} dn_keras_placed;

typedef struct dn_keras_naming {
    const dn_keras_layers *layers;
    dn_tensor_file *file;
    dn_keras_placed *items; /* by path, until they are put in order */
    const char *base;       /* "model_weights/", or "" */
    size_t count, named;
} dn_keras_naming;

/* For qsort and bsearch of items. */
int dn_keras_by_path(const void *a, const void *b);

/* Names an item "PATH.PART". */
dn_status dn_keras_rename(dn_keras_naming *n, dn_keras_placed *item, const char *path,
                          const char *part);

/* The two ways in which Keras lays out its HDF5 files. Until Keras 2, and in its .h5 files since,
 * each layer has a group with its name, and "weight_names" there. */
dn_status dn_keras_name_by_layers(dn_keras_naming *n);

/* Since Keras 3, .weights.h5 and .keras have groups by class and number, "layers/conv2d_1/vars/0".
 */
dn_status dn_keras_name_by_classes(dn_keras_naming *n);

#endif
