/* SPDX-License-Identifier: MIT */
#ifndef TOOL_COMMANDS_H
#define TOOL_COMMANDS_H

#include "arguments/options.h"

/* Every command of the program, in the order help lists them; NULL ends it. */
extern const command *const commands[];

extern const command check_input_command;
extern const command completion_command;
extern const command convert_command;
extern const command info_command;
extern const command manual_command;
extern const command merge_command;
extern const command preprocess_command;
extern const command pull_command;
extern const command quantize_command;
extern const command summary_command;
extern const command bench_command;
extern const command eval_command;
extern const command train_command;
extern const command plot_command;
extern const command init_command;
extern const command predict_command;
extern const command serve_command;
extern const command forward_command;
extern const command verify_command;
extern const command version_command;

#endif
