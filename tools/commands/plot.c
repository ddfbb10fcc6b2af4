/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "drawing/curves.h"
#include "files/same_file.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>

static struct {
    const char *output;
} chosen;

static const option_row options[] = {
    {"output", 'o', OPTION_FILE, &chosen.output, "FILE",
     "the .png or .svg to write (the first run's curves.png)", 0, 0},
    {0},
};

/* RUN/log.csv is read, so it must not be overwritten. */
static bool is_no_log(const char *path, int count, char **runs)
{
    bool sound = true;
    for (int i = 0; sound && i < count; i++) {
        char *log;
        if (asprintf(&log, "%s/log.csv", runs[i]) < 0)
            return complain("out of memory");
        sound = output_is_distinct(path, log);
        free(log);
    }
    return sound;
}

static int run(int count, char **arguments)
{
    char *standard = NULL;
    if (!chosen.output && asprintf(&standard, "%s/curves.png", arguments[0]) < 0) {
        complain("out of memory");
        return EXIT_REFUSED;
    }
    const char *path = chosen.output ? chosen.output : standard;
    bool sound = is_no_log(path, count, arguments) && curves_write(arguments, count, true, path);
    if (sound)
        printf("%s\n", path);
    free(standard);
    return sound ? EXIT_DONE : EXIT_REFUSED;
}

const command plot_command = {
    .name = "plot",
    .arguments = "RUN ...",
    .summary = "draw the curves of training runs",
    .description =
        "Loss and accuracy over epochs, of one run or of several to compare; mean AUROC of\n"
        "runs with several labels, which are not drawn together with runs of classes.\n"
        "Points so far from the others that these would look flat are marked at the\n"
        "edge, and said.\n",
    .examples = "  densenet plot runs/first\n"
                "    redraws runs/first/curves.png\n"
                "  densenet plot runs/* --output compared.svg\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
