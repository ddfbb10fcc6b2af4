/* SPDX-License-Identifier: MIT */
/* What ranks that are to work together must have in common. */
#ifndef TOOL_SAME_EVERYWHERE_H
#define TOOL_SAME_EVERYWHERE_H

#include "densenet.h"

#include <jansson.h>
#include <stdbool.h>

/* Whether all ranks have the same program and the same entries of an object, which it takes. Those
 * that differ complain of the first difference; false in all of them. */
bool same_everywhere(json_t *values);

/* The SHA-256 of a model's parameters, in the order of its tensors. */
void model_digest(const dn_model *model, char digest[65]);

/* That of texts, in their order. */
void texts_digest(char *const *texts, size_t count, char digest[65]);

#endif
