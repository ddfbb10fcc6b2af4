/* SPDX-License-Identifier: MIT */
#ifndef TOOL_HELP_H
#define TOOL_HELP_H

#include "arguments/options.h"

#include <stdio.h>

/* Prints what the program does and its commands. */
void print_overview(FILE *stream);

/* Prints a command's usage, options and examples. */
void print_help(const command *chosen);

#endif
