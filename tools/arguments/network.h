/* SPDX-License-Identifier: MIT */
/* The options that choose a network, shared by the commands that take one. */
#ifndef TOOL_NETWORK_H
#define TOOL_NETWORK_H

#include "arguments/options.h"
#include "densenet.h"

/* --blocks, --growth, ... : an architecture of any shape. */
extern const option_row arch_options[];

/* Whether --blocks was given, so that a network is described without a name. */
bool arch_described(void);

/* Whether --classes was given. */
bool arch_classes_given(void);

/* The architecture that a name (or NULL) and arch_options describe. Complains
 * and returns false if they describe none. */
bool arch_from_options(const char *name, dn_arch *arch);

/* Changes *arch according to arch_options. Complains and returns false if the
 * result is not a valid network. */
bool arch_apply_options(dn_arch *arch);

#endif
