/* SPDX-License-Identifier: MIT */
/* The modules that a pickled network or TorchScript records: what lies between the layers that
 * have tensors. */
#ifndef DN_LOADING_RECORDED_MODULES_H
#define DN_LOADING_RECORDED_MODULES_H

#include "tensors/tensors.h"

typedef struct dn_recorded_module {
    const char *path; /* not terminated */
    size_t path_length;
    const char *class; /* "ReLU": the last part of its class; "" if it is not torch.nn's or
                          fastai's, and so may do anything, whatever its name */
    bool leaf;         /* it has no modules inside */
    size_t first_value, end_value; /* among the file's values, those about it, if it is a leaf */
} dn_recorded_module;

/* In the order of registration, which is that of computation where containers are Sequential. */
typedef struct dn_recorded_modules {
    const dn_tensor_file *file;
    dn_recorded_module *items;
    const dn_recorded_module **by_path; /* the same, sorted */
    size_t count;                       /* 0: the file records none */
} dn_recorded_modules;

/* Released by dn_recorded_modules_free. DN_ERROR_LIMIT if there are more than any network has. */
dn_status dn_recorded_modules_find(const dn_tensor_file *file, dn_recorded_modules *modules);
void dn_recorded_modules_free(dn_recorded_modules *modules);

/* The index of the module at a path; `count` if none is recorded there. */
size_t dn_recorded_index(const dn_recorded_modules *modules, const char *path, size_t length);

/* The length of a path without its last component, and without the dot before that. */
size_t dn_parent_length(const char *path, size_t length);

/* A module's class, whatever package it is from, and the last part of that. */
const char *dn_recorded_class_path(const dn_recorded_modules *modules,
                                   const dn_recorded_module *module);
const char *dn_recorded_class(const dn_recorded_modules *modules, const dn_recorded_module *module);

/* The module that holds a tensor, and the module around a module; NULL if none is recorded. */
const dn_recorded_module *dn_recorded_module_of(const dn_recorded_modules *modules,
                                                const dn_tensor *tensor);
const dn_recorded_module *dn_recorded_parent(const dn_recorded_modules *modules,
                                             const dn_recorded_module *module);

/* An attribute of a leaf, "stride"; NULL if it is not recorded. */
const dn_value *dn_recorded_attribute(const dn_recorded_modules *modules,
                                      const dn_recorded_module *module, const char *name);

#endif
