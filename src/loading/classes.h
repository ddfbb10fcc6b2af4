/* SPDX-License-Identifier: MIT */
/* The classes of a pickled module's parts, in the order in which they are registered, which
 * inside an nn.Sequential is that of the computation. */
#ifndef DN_LOADING_CLASSES_H
#define DN_LOADING_CLASSES_H

#include "tensors/tensors.h"

typedef enum dn_class_kind {
    DN_CLASS_OTHER,
    DN_CLASS_SEQUENTIAL,
    DN_CLASS_TENSORS, /* known by its tensors: a linear, norm or convolution */
    DN_CLASS_NOTHING, /* at inference: Dropout, Identity */
    DN_CLASS_FLATTEN,
    DN_CLASS_MEAN,
    DN_CLASS_MAX_MEAN,
    DN_CLASS_RELU,
    DN_CLASS_SIGMOID,
    DN_CLASS_SOFTMAX
} dn_class_kind;

/* A module. */
typedef struct dn_class_entry {
    const char *path; /* of `length` bytes; not terminated */
    size_t length;
    const char *name; /* "ReLU" */
    dn_class_kind kind;
} dn_class_entry;

typedef struct dn_classes {
    dn_class_entry *items;
    size_t count;
} dn_classes;

/* Empty for a file that records none, as a state dict. Released by dn_classes_free. */
dn_status dn_classes_read(const dn_tensor_file *file, dn_classes *classes);
void dn_classes_free(dn_classes *classes);

/* The index of a module; `count` if it is not recorded. */
size_t dn_classes_find(const dn_classes *classes, const char *path, size_t length);

/* The length of the path of the module that holds this one: 0 for the outermost. */
size_t dn_parent_length(const char *path, size_t length);

/* True if all that holds the module is a Sequential, from its parent up to, and including,
 * the path's first `outermost` bytes: nothing else can happen between its modules. */
bool dn_classes_sequential(const dn_classes *classes, const char *path, size_t length,
                           size_t outermost);

/* The length of the path of the innermost module that holds both. */
size_t dn_common_parent(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
