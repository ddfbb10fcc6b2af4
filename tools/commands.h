/* SPDX-License-Identifier: MIT */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "options.h"

/* Every command of the program, in the order help lists them; NULL ends it. */
extern const command *const commands[];

extern const command completion_command;
extern const command manual_command;
extern const command summary_command;

#endif
