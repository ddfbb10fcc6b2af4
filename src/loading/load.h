/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_LOAD_H
#define DN_LOADING_LOAD_H

#include "network/model.h"

/* dn_model_load from memory that outlives the model; name is for messages. */
dn_status dn_model_read(const void *data, size_t size, const char *name,
                        const dn_load_options *options, dn_model **model);

#endif
