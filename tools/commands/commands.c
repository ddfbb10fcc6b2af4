/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

const command *const commands[] = {
    &predict_command,    &serve_command,      &info_command,
    &convert_command,    &pull_command,       &train_command,
    &eval_command,       &merge_command,      &plot_command,
    &forward_command,    &verify_command,     &check_input_command,
    &quantize_command,   &preprocess_command, &summary_command,
    &init_command,       &bench_command,      &manual_command,
    &completion_command, &version_command,    NULL,
};
