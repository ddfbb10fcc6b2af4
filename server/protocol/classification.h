/* SPDX-License-Identifier: MIT */
/* The classification extension: the greatest values of an output, with their names. */
#ifndef PROTOCOL_CLASSIFICATION_H
#define PROTOCOL_CLASSIFICATION_H

#include "base/text.h"
#include "protocol/model_facts.h"

/* Calls add with "value:index:label" for each of the `top` greatest of the network's finite values,
 * the greatest first, of equals the first; without ":label" if there is none. */
dn_status classify(const model_facts *model, const float *values, size_t top,
                   void (*add)(dn_text *text, const char *string), dn_text *text);

#endif
