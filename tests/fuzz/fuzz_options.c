/* SPDX-License-Identifier: MIT */
/* Command lines: words separated by line feeds, parsed by a table with every
 * type of option. */
#include "arguments/command_line.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS 64

static struct {
    int integer;
    int64_t large;
    double real;
    const char *text, *choice, *file;
    bool flag;
} chosen;

static const option_row table[] = {
    {"integer", 'i', OPTION_INT, &chosen.integer, "N", "", -5, 1e6},
    {"large", 0, OPTION_LONG, &chosen.large, "N", "", 0, 0},
    {"real", 'r', OPTION_FLOAT, &chosen.real, "X", "", 0, INFINITY},
    {"text", 0, OPTION_TEXT, &chosen.text, "A,B", "", 0, 0},
    {"choice", 'c', OPTION_TEXT, &chosen.choice, "one|two|three", "", 0, 0},
    {"file", 0, OPTION_FILE, &chosen.file, "FILE", "", 0, 0},
    {"flag", 'f', OPTION_FLAG, &chosen.flag, NULL, "", 0, 0},
    {0},
};

static int run(int count, char **arguments)
{
    for (int i = 0; i < count; i++)
        if (!arguments[i])
            abort();
    if (chosen.integer < -5 || chosen.integer > 1000000 || !(chosen.real >= 0) ||
        !isfinite(chosen.real) || count > 3)
        abort();
    return EXIT_DONE;
}

static const command fuzzed = {
    .name = "fuzzed", .arguments = "...", .options = table, .most = 3, .run = run};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(size + 1, 1), *words[MOST_WORDS + 1] = {"fuzzed"}, *rest = text;
    int count = 1;
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    while (count < MOST_WORDS && (words[count] = strsep(&rest, "\n")))
        count++;
    words[count] = NULL;
    memset(&chosen, 0, sizeof chosen);
    run_command(&fuzzed, count, words);
    free(text);
    return 0;
}
