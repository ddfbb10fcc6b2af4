/* SPDX-License-Identifier: MIT */
/* The model repository extension: which networks there are, and what requests to load and unload
 * them may ask. */
#ifndef PROTOCOL_REPOSITORY_CONTROL_H
#define PROTOCOL_REPOSITORY_CONTROL_H

#include "base/status.h"

#include <jansson.h>

typedef struct repository_model {
    const char *name;
    bool ready;
    const char *reason; /* why it is not; "" if it is */
} repository_model;

/* The answer to POST /v2/repository/index; NULL if the memory is missing. */
json_t *repository_describe(const repository_model *models, int count);

/* Bodies of requests, which may be empty. */
dn_status repository_read_index(const void *body, size_t size, bool *ready_only);

/* Refuses parameters that would change what is loaded: "config", and files. */
dn_status repository_check_load(const void *body, size_t size);
dn_status repository_check_unload(const void *body, size_t size);

#endif
