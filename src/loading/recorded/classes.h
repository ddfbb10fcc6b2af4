/* SPDX-License-Identifier: MIT */
/* What recorded modules without tensors, or with, mean for a head. */
#ifndef DN_LOADING_RECORDED_CLASSES_H
#define DN_LOADING_RECORDED_CLASSES_H

#include "loading/recorded/recorded_modules.h"

typedef enum dn_class_kind {
    DN_CLASS_OTHER, /* also those of other packages, whatever their names, but for pools */
    DN_CLASS_SEQUENTIAL,
    DN_CLASS_TENSORS, /* known by its tensors: a linear, norm or convolution */
    DN_CLASS_NOTHING, /* at inference: Dropout, Identity */
    DN_CLASS_FLATTEN,
    DN_CLASS_MEAN,
    DN_CLASS_POOL, /* another than means */
    DN_CLASS_RELU,
    DN_CLASS_SIGMOID,
    DN_CLASS_SOFTMAX
} dn_class_kind;

dn_class_kind dn_class_kind_of(const dn_recorded_modules *modules,
                               const dn_recorded_module *module);

/* What a module's class makes of maps, if it is one that pools them; of a grid, the mean. */
bool dn_class_pool(const dn_recorded_modules *modules, const dn_recorded_module *module,
                   dn_head_pool *pool);

/* True if all that holds the module is a Sequential, from its parent up to, and including,
 * the path's first `outermost` bytes: nothing else can happen between its modules. */
bool dn_classes_sequential(const dn_recorded_modules *modules, const char *path, size_t length,
                           size_t outermost);

/* Whether only Sequential ones lead from a module up to the container that holds another, too:
 * what these run in between is registered, and in this order. */
bool dn_runs_in_order(const dn_recorded_modules *modules, const dn_recorded_module *from,
                      const dn_recorded_module *to);

/* The length of the path of the innermost module that holds both. */
size_t dn_common_parent(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
