/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "arguments/weights.h"
#include "densenet.h"
#include "reports/check_report.h"
#include "reports/info_report.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool json, checks;

static const option_row options[] = {
    {"json", 0, OPTION_FLAG, &json, NULL, "the same as JSON", 0, 0},
    {"check", 0, OPTION_FLAG, &checks, NULL,
     "say norm by norm whether statistics and weights belong together", 0, 0},
    {"", 0, OPTION_TABLE, reading_options, NULL, NULL, 0, 0},
    {0},
};

/* A pipe has been drained by the first look. */
static bool can_be_read_again(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

/* Not a DenseNet, but perhaps a weight file: then at least list its tensors. */
static int describe_stranger(const char *path)
{
    char *reason = strdup(dn_last_error());
    dn_tensor_file *file;
    complain("%s", reason ? reason : "out of memory");
    if (reason && can_be_read_again(path) && dn_tensor_file_open(path, &file) == DN_OK) {
        if (json)
            info_print_tensors_json(path, file, reason);
        else
            info_print_tensors(path, file, reason);
        dn_tensor_file_close(file);
    }
    free(reason);
    return EXIT_REFUSED;
}

static int check(const char *path, const dn_model *model)
{
    bool sound = true;
    if (!(json ? check_print_json : check_print)(path, model, &sound))
        return EXIT_REFUSED;
    return sound ? EXIT_DONE : EXIT_PART;
}

static int describe(const char *path, const dn_model *model)
{
    if (!json)
        info_print(path, model);
    return !json || info_print_json(path, model) ? EXIT_DONE : EXIT_REFUSED;
}

static int run(int count, char **arguments)
{
    (void)count;
    const char *path = weights_path(arguments[0]);
    if (!path)
        return EXIT_REFUSED;
    dn_model *model;
    if (weights_read(path, &model) != DN_OK)
        return describe_stranger(path);
    int status = checks ? check(path, model) : describe(path, model);
    dn_model_free(model);
    return status;
}

const command info_command = {
    .name = "info",
    .arguments = "FILE|NAME",
    .summary = "say what network a weight file holds",
    .description =
        "Shows the architecture, the number format, whose names its tensors have, whether layers\n"
        "put new maps first or last and how that was determined, and labels, task and\n"
        "preprocessing if the file records them. For a file that holds no DenseNet it says what "
        "is\n"
        "wrong, lists the tensors, those concerned first, and exits with status 2.\n"
        "--check holds what every batch norm recorded against what the weights before it\n"
        "predict, and exits with status 1 where a file contradicts itself: a damaged, exchanged "
        "or\n"
        "half-loaded kernel, or a network that computes something else than is known of it.\n",
    .examples = "  densenet info net.pth\n"
                "  densenet info --json densenet121\n"
                "      the pulled network, for a script\n"
                "  densenet info --check net.pth\n"
                "      whether its statistics and weights belong together\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
