/* SPDX-License-Identifier: MIT */
#ifndef TOOL_HELP_H
#define TOOL_HELP_H

#include "arguments/options.h"

#include <stdio.h>

/* What the program does and its commands. */
void print_overview(FILE *stream);

/* What a command does: usage, options, examples. */
void print_help(const command *chosen);

#endif
