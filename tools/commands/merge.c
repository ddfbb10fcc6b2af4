/* SPDX-License-Identifier: MIT */
#include "arguments/command_line.h"
#include "commands/commands.h"
#include "run/launched.h"
#include "run/parts.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static struct {
    const char *confusion, *per_class;
} chosen;

static const option_row options[] = {
    {"confusion", 0, OPTION_FILE, &chosen.confusion, "FILE", "as eval's", 0, 0},
    {"per-class", 0, OPTION_FILE, &chosen.per_class, "FILE", "as eval's", 0, 0},
    {0},
};

/* The parts' words, and the options that parts cannot have; the words are changed in place. */
static int run_words(const command *found, char **words, int count)
{
    launched_run(count, words);
    const struct {
        const char *name, *value;
    } more[] = {{"--confusion", chosen.confusion}, {"--per-class", chosen.per_class}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].value) {
            words[count++] = (char *)more[i].name;
            words[count++] = (char *)more[i].value;
        }
    return run_command(found, count, words);
}

static int run(int count, char **arguments)
{
    int status = EXIT_REFUSED;
    char **words = NULL;
    if (parts_open(count, arguments)) {
        const json_t *line = parts_words();
        size_t length = json_array_size(line);
        const char *name = json_string_value(json_array_get(line, 0));
        const command *found =
            strcmp(name, eval_command.name) == 0 ? &eval_command : &predict_command;
        words = calloc(length + 4, sizeof *words);
        for (size_t i = 0; words && i < length; i++)
            words[i] = (char *)json_string_value(json_array_get(line, i));
        if (words)
            status = run_words(found, words, (int)length);
        else
            complain("out of memory for %zu words", length);
    }
    free(words);
    parts_close();
    return status;
}

const command merge_command = {
    .name = "merge",
    .arguments = "PART ...",
    .summary = "join what the jobs of an eval or predict wrote",
    .description =
        "`densenet eval` and `predict` with --shard I/N --part FILE do the I-th of N shares and\n"
        "write what comes of it, for job arrays and other places where there is no MPI. Given all\n"
        "N parts, in any order, merge prints what one process would have printed, with its exit\n"
        "status. It runs the same command again, without computing: in the same folder, with the\n"
        "weights and the list of pictures still there. Parts that are missing, doubled, damaged "
        "or\n"
        "of another run are refused by name.\n",
    .examples = "  sbatch --array=1-16 --wrap 'densenet eval pictures -w net.safetensors\n"
                "      --shard $SLURM_ARRAY_TASK_ID/16 --part part-$SLURM_ARRAY_TASK_ID.jsonl'\n"
                "    each job a sixteenth\n"
                "  densenet merge part-*.jsonl\n"
                "    the figures of all pictures\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
