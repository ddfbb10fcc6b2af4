/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_RECORDED_MODULE_POOL_H
#define DN_LOADING_RECORDED_MODULE_POOL_H

#include "loading/recorded/recorded_modules.h"
#include "network/model.h"

/* Finds the window of the means that the head reads, where the pool fixes it: *window is its side,
 * 0 if the maps make it or nothing is recorded. DN_ERROR_MISMATCH, with a sentence that names the
 * module, for a pool that makes others than the head's. norm: the one after the last block. */
dn_status dn_read_window(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                         const dn_recorded_module *first, const dn_head *head, int *window);

/* The pool that is recorded between the two, of one number or two of each map: means if there is
 * none, or several that differ. */
dn_head_pool dn_read_pool(const dn_recorded_modules *modules, const dn_recorded_module *norm,
                          const dn_recorded_module *first);

#endif
