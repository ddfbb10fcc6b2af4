/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "densenet.h"

#include <stdio.h>

static int run(int count, char **arguments)
{
    (void)count, (void)arguments;
    printf("densenet %s (%s kernels)\n", dn_version(), dn_cpu_level());
    return EXIT_DONE;
}

const command version_command = {
    .name = "version",
    .arguments = "",
    .summary = "say which version this is and which kernels it runs",
    .description = "The same as densenet --version.\n",
    .run = run,
};
