/* SPDX-License-Identifier: MIT */
#ifndef TOOL_COMMAND_LINE_H
#define TOOL_COMMAND_LINE_H

#include "arguments/options.h"

/* Parses argv (argv[0]: the command's name) by the command's table, prints help
 * if asked to, checks the number of positional arguments and runs the command
 * with them. Options and arguments may be mixed; of a repeated option the last
 * one counts; "--" ends the options. */
int run_command(const command *chosen, int argc, char **argv);

#endif
