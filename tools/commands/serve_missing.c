/* SPDX-License-Identifier: MIT */
/* In place of serve_command.c, of a build without the server. */
#include "commands/commands.h"
#include "ui/report.h"

static int run(int count, char **arguments)
{
    (void)count;
    (void)arguments;
    complain("serve: this program was built without the server (DENSENET_SERVER)");
    return EXIT_REFUSED;
}

const command serve_command = {
    .name = "serve",
    .arguments = "...",
    .summary = "answer at an address (not part of this build)",
    .options = (const option_row[]){{0}},
    .least = 0,
    .most = -1,
    .run = run,
};
