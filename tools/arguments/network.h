/* SPDX-License-Identifier: MIT */
/* The options that choose a network, shared by the commands that take one. */
#ifndef TOOL_NETWORK_H
#define TOOL_NETWORK_H

#include "arguments/options.h"
#include "densenet.h"

/* --blocks, --growth, ... : an architecture of any shape; and with function_options. */
extern const option_row arch_shape_options[], arch_options[];

/* Whether --blocks was given, so that a network is described without a name. */
bool arch_described(void);

/* The value of --classes; 0 if it was not given. */
int arch_classes_given(void);

/* The value of --channels; 0 if it was not given. */
int arch_channels_given(void);

/* Whether a name (or NULL) and arch_options, --channels and --classes apart, describe the
 * network of a file; complains if they do not. */
bool arch_is_as_asked(const dn_arch *arch, const char *name, const char *file);

/* The architecture that a name (or NULL) and arch_options describe. Complains
 * and returns false if they describe none. */
bool arch_from_options(const char *name, dn_arch *arch);

/* Changes *arch according to arch_options. Complains and returns false if the
 * result is not a valid network. */
bool arch_apply_options(dn_arch *arch);

#endif
