/* SPDX-License-Identifier: MIT */
/* What single recorded modules are, and how they stand to each other. */
#ifndef DN_LOADING_MODULE_FACTS_H
#define DN_LOADING_MODULE_FACTS_H

#include "loading/recorded_modules.h"

/* DN_ERROR_MISMATCH: "PATH is WHAT, which networks of this family do not have". */
dn_status dn_refuse_module(const dn_recorded_module *module, const char *what);

/* The same with its class for what it is. */
dn_status dn_refuse_class(const dn_recorded_modules *modules, const dn_recorded_module *module);

/* True if every number of an attribute is this one, or it is not recorded. */
bool dn_attribute_is(const dn_recorded_modules *modules, const dn_recorded_module *module,
                     const char *name, double number);

/* True for a pool of this class with stride 2. */
bool dn_is_pool(const dn_recorded_modules *modules, const dn_recorded_module *pool,
                const char *class, int kernel, int padding);

/* Whether only Sequential ones lead from a module up to the container that holds another, too:
 * what these run in between is registered, and in this order. */
bool dn_runs_in_order(const dn_recorded_modules *modules, const dn_recorded_module *from,
                      const dn_recorded_module *to);

#endif
