/* SPDX-License-Identifier: MIT */
/* What `densenet info` says, for a person and as JSON. */
#ifndef TOOL_INFO_REPORT_H
#define TOOL_INFO_REPORT_H

#include "densenet.h"

#include <stdbool.h>

/* For a network. */
void info_print(const char *path, const dn_model *model);
bool info_print_json(const char *path, const dn_model *model);

/* For a file without one: its tensors, first those whose names the `reason` quotes. */
void info_print_tensors(const char *path, const dn_tensor_file *file, const char *reason);
bool info_print_tensors_json(const char *path, const dn_tensor_file *file, const char *reason);

#endif
