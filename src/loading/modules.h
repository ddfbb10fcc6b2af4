/* SPDX-License-Identifier: MIT */
/* Tensors of unknown names as modules: a convolution is its kernel, perhaps with a bias, a
 * batch norm four vectors of one length, a linear a matrix, perhaps with a bias. */
#ifndef DN_LOADING_MODULES_H
#define DN_LOADING_MODULES_H

#include "tensors/tensors.h"

typedef enum dn_module_kind { DN_MODULE_CONV, DN_MODULE_NORM, DN_MODULE_LINEAR } dn_module_kind;

typedef struct dn_module {
    dn_module_kind kind;
    const dn_tensor *tensors[4]; /* norm: weight, bias, mean, variance, once that is known */
    const char *path;            /* common beginning of its tensors' names; not terminated */
    size_t path_length;
    int in, out, kernel; /* norm: in and out are its length */
    bool taken;          /* for the caller that combines modules */
} dn_module;

typedef struct dn_modules {
    dn_module *items; /* in the tensors' order */
    size_t count;
    bool roles_known; /* of the norms' vectors */
} dn_modules;

/* Groups by the last part of names (weight, bias, running_mean, ...) or, if
 * that fails, by neighbourhood. Released by dn_modules_free. */
dn_status dn_modules_group(const dn_tensor *const *tensors, size_t count, dn_modules *modules);
void dn_modules_free(dn_modules *modules);

/* Orders "layer.2" before "layer.10". */
int dn_compare_naturally(const char *a, const char *b);

/* The number at the end of a module's path, which a Sequential gives it; -1 if there is none. */
int dn_module_number(const dn_module *module);

/* How many modules without tensors are between two of one nn.Sequential, by their numbers;
 * -1 if the names do not tell. */
int dn_count_between(const dn_module *a, const dn_module *b);

/* How likely two paths are the same place of a network: by what they begin with
 * and, if that is equal, by what they end with, in whole words and numbers. */
int dn_likeness(const dn_module *a, const dn_module *b);

#endif
