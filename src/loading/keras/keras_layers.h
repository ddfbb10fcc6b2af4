/* SPDX-License-Identifier: MIT */
/* A Keras model's configuration as a list of its layers. */
#ifndef DN_LOADING_KERAS_LAYERS_H
#define DN_LOADING_KERAS_LAYERS_H

#include "tensors/tensors.h"

#include <jansson.h>

#define DN_KERAS_NO_PARENT SIZE_MAX

typedef struct dn_keras_layer {
    const char *name, *class; /* "conv1/conv", "Conv2D": the pool's */
    const char *path;         /* "densenet121.conv1/conv"; "" of the model itself */
    const char *referred;     /* as others refer to it: "tf.math.truediv"; the JSON's */
    const json_t *config;     /* its own options; may be NULL */
    const json_t *nodes;      /* what it reads, constants among it; may be NULL */
    size_t parent;            /* the model that holds it */
    size_t end;               /* the layers within it lie between it and this one */
    const char *group;        /* its group in Keras 3's files, below its parent's: "conv2d_1" */
    bool chain;               /* a model in which each layer reads the one before it */
} dn_keras_layer;

typedef struct dn_keras_layers {
    dn_tensor_file *file;
    json_t *json;
    dn_keras_layer *items; /* a model before its layers; the pool's */
    size_t count, capacity;
    int first, last; /* Concatenate layers with new maps first, and last */
} dn_keras_layers;

/* Reads the configuration that a file records; no layers if there is none. Released by
 * dn_keras_layers_free. */
dn_status dn_keras_layers_read(dn_tensor_file *file, dn_keras_layers *layers);
void dn_keras_layers_free(dn_keras_layers *layers);

/* Whether it is a model of layers. */
bool dn_keras_is_model(const dn_keras_layer *layer);

/* The constants by which a layer of arithmetic changes each channel of what it reads, x * scale +
 * offset, one or three of each; false if it is another layer. */
bool dn_keras_is_affine(const dn_keras_layer *layer, double scale[3], double offset[3]);

/* Adds what the layers record to the file, as modules. */
dn_status dn_keras_add_modules(const dn_keras_layers *layers);

/* Names the file's tensors by their layers and puts them in order. */
dn_status dn_keras_name_tensors(const dn_keras_layers *layers);

#endif
