/* SPDX-License-Identifier: MIT */
/* The members of objects in a request. Each function fails with a sentence that begins with `what`,
 * if a member is there and is not what it should be. */
#ifndef PROTOCOL_REQUEST_FIELDS_H
#define PROTOCOL_REQUEST_FIELDS_H

#include "protocol/infer_request.h"

/* What of the body is left for inputs whose data are binary. */
typedef struct request_rest {
    const unsigned char *data;
    size_t size;
} request_rest;

/* "name", which is needed. */
dn_status field_name(const json_t *json, const char *what, const char **name);

/* "parameters"; NULL if there are none. Refuses those that ask for what is not done here. */
dn_status field_parameters(const json_t *json, const char *what, const json_t **parameters);

/* Of parameters, which may be NULL; without the member the value is left as it is. */
dn_status field_count(const json_t *parameters, const char *key, const char *what,
                      json_int_t *value);
dn_status field_flag(const json_t *parameters, const char *key, const char *what, bool *value);

/* An element of "inputs". input->data and size are those of its JSON array, if it has one; binary
 * data are taken from the rest. */
dn_status field_input(const json_t *json, int index, request_rest *rest, infer_input *input);

#endif
