/* SPDX-License-Identifier: MIT */
#include "commands.h"

const command *const commands[] = {
    &summary_command,
    &manual_command,
    &completion_command,
    NULL,
};
