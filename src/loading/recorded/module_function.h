/* SPDX-License-Identifier: MIT */
/* A network's function as its recorded modules say it, or the gaps in a state dict's names. */
#ifndef DN_LOADING_RECORDED_MODULE_FUNCTION_H
#define DN_LOADING_RECORDED_MODULE_FUNCTION_H

#include "loading/recorded/recorded_modules.h"
#include "network/model.h"

/* What is certain; 0 what is not. */
typedef struct dn_module_function {
    bool recorded; /* the file records modules */
    int stem_stride;
    dn_stem_pool stem_pool;
    dn_relu transition_relu, final_relu;
    double bn_epsilon;
    int window;        /* of the head's means */
    char assumed[256]; /* a sentence on a module that is not known, or "" */
    char classes[768]; /* sentences on classes that are not known, or "" */
} dn_module_function;

/* sources[i] is the tensor of the model's slot i. DN_ERROR_MISMATCH, with a sentence that names
 * the module, where the function is not one that this family has. */
dn_status dn_read_module_function(const dn_tensor_file *file, const dn_tensor *const *sources,
                                  const dn_model *model, dn_module_function *function);

#endif
