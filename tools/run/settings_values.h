/* SPDX-License-Identifier: MIT */
/* The values of options as JSON, and back as text. */
#ifndef TOOL_SETTINGS_VALUES_H
#define TOOL_SETTINGS_VALUES_H

#include "arguments/options.h"

#include <jansson.h>
#include <stdbool.h>

/* Whether an option is a setting of a run; the folder of a call is not. */
bool settings_belong_to_run(const char *name);

json_t *settings_row_value(const option_row *row);

/* The value as on the command line; free() it, unless an option points to it. */
char *settings_value_text(const json_t *value);

#endif
