/* SPDX-License-Identifier: MIT */
/* What settings.json says of the data: its parts, its sizes, the weights of its outputs. This
 * call's are told by train_settings_part, _size and _weights. */
#ifndef TOOL_SETTINGS_DATA_H
#define TOOL_SETTINGS_DATA_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Adds this call's entries. */
void settings_data_add(json_t *object);

/* Keeps `text` as the resumed run's part or weights of that name; false if there are none such. */
bool settings_data_keep(const char *name, const char *text);

/* The resumed run's size of that name; NULL if there is none such. */
int64_t *settings_data_size(const char *name);

#endif
