/* SPDX-License-Identifier: MIT */
/* Classes of other packages than torch.nn: what TorchScript's code says that they call, and what
 * remains unknown of them. */
#ifndef DN_LOADING_RECORDED_MODULE_CODE_H
#define DN_LOADING_RECORDED_MODULE_CODE_H

#include "loading/recorded/recorded_modules.h"
#include "network/graph.h"
#include "network/model.h"

/* Whether what holds two modules calls a ReLU without a module for it; AUTO if it is not known, or
 * has one that it may call. */
dn_relu dn_relu_of_code(const dn_recorded_modules *modules, const dn_recorded_module *from,
                        const dn_recorded_module *to);

/* The side of the window of means that is called between the last norm and the head, without a
 * module; 0 if none is known. */
int dn_window_of_code(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                      const dn_recorded_module *head);

/* Says which classes around the network's tensors are not known, and what their code calls that is
 * not computed here; "" if there is nothing to say. head: the innermost module that holds both the
 * last norm and the head; NULL: none is recorded. */
dn_status dn_doubt_classes(const dn_recorded_modules *modules, const dn_tensor *const *sources,
                           const dn_graph *graph, const dn_recorded_module *head, char *text,
                           size_t size);

/* The innermost module that holds both; NULL if none is recorded. */
const dn_recorded_module *dn_common_module(const dn_recorded_modules *modules,
                                           const dn_recorded_module *a,
                                           const dn_recorded_module *b);

#endif
