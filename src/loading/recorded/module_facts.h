/* SPDX-License-Identifier: MIT */
/* What single recorded modules are, and how they stand to each other. */
#ifndef DN_LOADING_RECORDED_MODULE_FACTS_H
#define DN_LOADING_RECORDED_MODULE_FACTS_H

#include "loading/recorded/classes.h"

/* DN_ERROR_MISMATCH: "PATH is WHAT, which networks of this family do not have". */
dn_status dn_refuse_module(const dn_recorded_module *module, const char *what);

/* The same with its class for what it is. */
dn_status dn_refuse_class(const dn_recorded_modules *modules, const dn_recorded_module *module);

/* True if an attribute is this number or two of it, or is not recorded. */
bool dn_attribute_is(const dn_recorded_modules *modules, const dn_recorded_module *module,
                     const char *name, double number);

/* True for a blur that halves maps. */
bool dn_is_blur(const dn_recorded_modules *modules, const dn_recorded_module *module);

/* True if a class's pool makes what the head reads, or a part of it. */
bool dn_pool_fits(dn_head_pool pool, dn_head_pool head);

/* True for a pool of this class and stride. */
bool dn_is_pool(const dn_recorded_modules *modules, const dn_recorded_module *pool,
                const char *class, int kernel, int padding, int stride);

#endif
