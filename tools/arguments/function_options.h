/* SPDX-License-Identifier: MIT */
/* Options that say what a network computes where its tensors do not tell. */
#ifndef TOOL_FUNCTION_OPTIONS_H
#define TOOL_FUNCTION_OPTIONS_H

#include "arguments/options.h"
#include "densenet.h"

extern const option_row function_options[];

/* The value of --stem; NULL if it was not given. */
const char *function_stem(void);

/* Puts what the command line says into a new network's architecture, or into the request to
 * load one. */
void function_apply(dn_arch *arch);
void function_request(dn_load_options *options);

#endif
