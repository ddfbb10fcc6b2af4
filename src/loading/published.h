/* SPDX-License-Identifier: MIT */
#ifndef DN_LOADING_PUBLISHED_H
#define DN_LOADING_PUBLISHED_H

#include "base/status.h"

/* True for "builtin", unless there is a file of that name. */
bool dn_names_builtin(const char *name);

#endif
