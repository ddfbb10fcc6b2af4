/* SPDX-License-Identifier: MIT */
#ifndef TOOL_CLASS_NAME_H
#define TOOL_CLASS_NAME_H

#include "densenet.h"

/* The output of this name, or else of this number; -1 if it has complained, with a name
 * that is near. */
int class_named(const dn_model *model, const char *name);

#endif
