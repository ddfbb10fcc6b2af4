/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_JSON_H
#define DN_BASE_JSON_H

#include "base/budget.h"

#include <jansson.h>

/* Parses JSON and refuses duplicate keys, and what would take more memory than is left of the
 * budget; `what` begins the error sentence. Release *json with json_decref. */
dn_status dn_json_parse(const char *text, size_t size, const char *what, const dn_budget *budget,
                        json_t **json);

/* DN_ERROR_ARGUMENT, or why it cannot be parsed, unless a text is a JSON object. */
dn_status dn_json_check_object(const char *text, const char *what);

#endif
