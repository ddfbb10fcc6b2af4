/* SPDX-License-Identifier: MIT */
#include "base/picture_formats.h"
#include "commands/commands.h"
#include "densenet.h"
#include "ui/build_facts.h"

#include <stdio.h>

static int run(int count, char **arguments)
{
    (void)count, (void)arguments;
    printf("densenet %s (%s kernels)\n", dn_version(), dn_cpu_level());
    printf("  %-10s %s\n", "commit", build_commit);
    printf("  %-10s %s\n", "compiler", build_compiler);
    printf("  %-10s training; pictures in " DN_FORMATS_READ "\n", "features");
    printf("  %-10s ", "kernels");
    const char *level;
    for (int i = 0; (level = dn_cpu_level_name(i)); i++)
        printf("%s%s", i ? ", " : "", level);
    printf("; in use: %s\n", dn_cpu_level());
    return EXIT_DONE;
}

const command version_command = {
    .name = "version",
    .arguments = "",
    .summary = "say which version this is, its commit, and its kernels",
    .description = "The same as densenet --version.\n",
    .run = run,
};
