/* SPDX-License-Identifier: MIT */
#ifndef RUN_MATCH_OUTPUTS_H
#define RUN_MATCH_OUTPUTS_H

#include "densenet.h"

#include <stdbool.h>

/* Makes the outputs of data those of the network of weights, as it is called in sentences: by name
 * if the network knows names, else by number, which is said. Complains and returns false if that is
 * not possible. */
bool outputs_match(const char *weights, const dn_model *model, dn_dataset *data);

#endif
