/* SPDX-License-Identifier: MIT */
#include "arguments/command_line.h"
#include "arguments/help.h"
#include "arguments/suggestion.h"
#include "commands/commands.h"
#include "densenet.h"
#include "run/launched.h"
#include "ui/lost_file.h"
#include "ui/report.h"
#include "ui/stop_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A stream that the caller closed would lend its number to the next file that is opened, and
 * messages would be written into that. What takes its place can be neither read nor written:
 * whatever needs the stream fails as if it were closed. */
static bool hold_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/", O_PATH) != stream)
            return false;
    return true;
}

static const command *find_command(const char *name)
{
    suggestion near = {.word = name, .length = strlen(name)};
    for (int i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        suggest(&near, commands[i]->name);
    }
    if (near.best)
        complain("unknown command \"%s\"; did you mean %s?", name, near.best);
    else
        complain("unknown command \"%s\"; densenet --help lists them", name);
    return NULL;
}

/* The library passes over a level that it cannot run. */
static bool level_is_known(void)
{
    const char *asked = getenv("DENSENET_CPU"), *level = dn_cpu_level();
    return !asked || !asked[0] || strcmp(asked, level) == 0 ||
           complain("DENSENET_CPU is \"%s\", which does not run here; %s does, and so do the "
                    "levels below it",
                    asked, level);
}

static int run_arguments(int argc, char **argv)
{
    const char *first = argv[1];
    if (strcmp(first, "--version") == 0 || strcmp(first, version_command.name) == 0)
        return run_command(&version_command, argc - 1, argv + 1);
    bool help = strcmp(first, "help") == 0;
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || (help && argc == 2)) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    const command *found = find_command(help ? argv[2] : first);
    if (!found)
        return EXIT_REFUSED;
    if (help) {
        print_help(found);
        return EXIT_DONE;
    }
    if (!level_is_known())
        return EXIT_REFUSED;
    if (found->joins)
        launched_begin();
    return run_command(found, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    if (!hold_streams())
        return EXIT_REFUSED;
    command_list = commands;
    say_lost_files();
    stop_signals_clean();
    signal(SIGXFSZ, SIG_IGN); /* a write beyond the limit then fails like one to a full disk */
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_REFUSED;
    }
    launched_run(argc - 1, argv + 1);
    int status = run_arguments(argc, argv);
    return launched_leave(answers_are_written() ? status : EXIT_REFUSED);
}
