/* SPDX-License-Identifier: MIT */
/* What a resumed run keeps of its settings. */
#ifndef TOOL_SETTINGS_KEPT_H
#define TOOL_SETTINGS_KEPT_H

#include "arguments/options.h"

#include <jansson.h>

/* Complains and returns false if this call changes what the run cannot change. */
bool settings_are_kept(const command *chosen, const json_t *settings, const char *run);

#endif
