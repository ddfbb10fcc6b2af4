/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "densenet.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

const command *const commands[] = {
    &summary_command,
    NULL,
};

static int overview(FILE *stream)
{
    fprintf(stream,
            "densenet %s: densely connected convolutional networks\n\n"
            "Usage: densenet COMMAND [OPTION ...] [ARGUMENT ...]\n\nCommands:\n",
            dn_version());
    for (int i = 0; commands[i]; i++)
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(stream, "\n`densenet COMMAND --help` explains a command, with examples.\n");
    return stream == stdout ? EXIT_DONE : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return overview(stderr);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
        printf("densenet %s (%s kernels)\n", dn_version(), dn_cpu_level());
        return EXIT_DONE;
    }
    bool help = strcmp(argv[1], "help") == 0;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || (help && argc == 2))
        return overview(stdout);
    const char *name = help ? argv[2] : argv[1];
    for (int i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) != 0)
            continue;
        if (!help)
            return run_command(commands[i], argc - 1, argv + 1);
        print_help(commands[i]);
        return EXIT_DONE;
    }
    complain("unknown command \"%s\"; see densenet --help", name);
    return EXIT_REFUSED;
}
