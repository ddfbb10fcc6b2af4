/* SPDX-License-Identifier: MIT */
#ifndef DN_NETWORK_MODEL_VALUES_H
#define DN_NETWORK_MODEL_VALUES_H

#include "network/model.h"

/* The part of a sentence about NaN, infinities and negative variances; "" if there are none. */
void dn_describe_values(const dn_model *model, char *text, size_t size);

/* DN_ERROR_NUMERIC, in a sentence that begins with `what`, if there are any. */
dn_status dn_model_check_values(const dn_model *model, const char *what);

#endif
