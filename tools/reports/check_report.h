/* SPDX-License-Identifier: MIT */
/* What `info --check` prints: norm by norm, how statistics agree with weights. */
#ifndef TOOL_CHECK_REPORT_H
#define TOOL_CHECK_REPORT_H

#include "densenet.h"

#include <stdbool.h>

/* Both complain and return false if the check cannot be made or written; *sound says whether
 * nothing contradicts itself. */
bool check_print(const char *path, const dn_model *model, bool *sound);
bool check_print_json(const char *path, const dn_model *model, bool *sound);

/* Whether the check would find a contradiction. */
bool check_contradicts(const dn_model *model);

#endif
