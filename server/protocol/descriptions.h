/* SPDX-License-Identifier: MIT */
/* What the server and its networks say of themselves. Each function returns a new object, NULL if
 * the memory is missing. */
#ifndef PROTOCOL_DESCRIPTIONS_H
#define PROTOCOL_DESCRIPTIONS_H

#include "protocol/model_facts.h"

#include <jansson.h>

/* GET /v2 */
json_t *describe_server(const char *version);

/* GET /v2/models/NAME */
json_t *describe_model(const model_facts *model);

/* GET /v2/models/NAME/config, as Triton writes it */
json_t *describe_config(const model_facts *model);

#endif
