/* SPDX-License-Identifier: MIT */
/* What `check-input` prints: pipelines by how they fit, and what follows. */
#ifndef TOOL_INPUT_REPORT_H
#define TOOL_INPUT_REPORT_H

#include "run/input_trials.h"

void input_report_print(const char *weights, const input_trials *trials);

/* Complains and returns false if it cannot be written. */
bool input_report_print_json(const char *weights, const input_trials *trials);

#endif
