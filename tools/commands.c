/* SPDX-License-Identifier: MIT */
#include "commands.h"

const command *const commands[] = {
    &info_command,
    &convert_command,
    &pull_command,
    &summary_command,
    &preprocess_command,
    &train_command,
    &eval_command,
    &plot_command,
    &bench_command,
    &predict_command,
    &forward_command,
    &verify_command,
    &init_command,
    &manual_command,
    &completion_command,
    NULL,
};
