/* SPDX-License-Identifier: MIT */
/* A Keras layer on the way to a module of PyTorch: what is read of it, what is written. */
#ifndef DN_KERAS_TRANSLATION_H
#define DN_KERAS_TRANSLATION_H

#include "loading/keras/keras_layers.h"

/* What is done to pictures before the first layer with weights. */
typedef struct dn_keras_pictures {
    double scale[3], offset[3];
    bool changed, over;
} dn_keras_pictures;

typedef struct dn_keras_translation {
    dn_tensor_file *file;
    const dn_keras_layer *layer;
    double padding;         /* by ZeroPadding2D layers before; -1: uneven */
    double next_padding;    /* what remains for the layer after this one */
    const char *activation; /* within the layer */
    dn_keras_pictures *pictures;
} dn_keras_translation;

/* One of the layer's options: a text, or ""; a number; the first of several. */
const char *dn_keras_text(const dn_keras_translation *t, const char *key);
double dn_keras_number(const dn_keras_translation *t, const char *key, double unsaid);
double dn_keras_first(const dn_keras_translation *t, const char *key);

/* Says that the layer is a class of torch.nn.modules; or its own, which no network here has. */
dn_status dn_keras_be(const dn_keras_translation *t, const char *class);
dn_status dn_keras_be_itself(const dn_keras_translation *t);

/* Adds a value of the module's: a class, numbers, one or two numbers of the layer's options. */
dn_status dn_keras_add_class(const dn_keras_translation *t, const char *ending, const char *package,
                             const char *class);
dn_status dn_keras_add_numbers(const dn_keras_translation *t, const char *name,
                               const double *numbers, size_t count);
dn_status dn_keras_add_number(const dn_keras_translation *t, const char *name, double number);
dn_status dn_keras_copy_pair(const dn_keras_translation *t, const char *key, const char *name,
                             double unsaid);

/* Adds the zeros around what a window of this stride sees. */
dn_status dn_keras_add_padding(const dn_keras_translation *t, double stride);

#endif
