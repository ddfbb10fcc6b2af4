/* SPDX-License-Identifier: MIT */
#include "help.h"

#include "commands.h"
#include "densenet.h"

#include <string.h>

#define WIDTH 80
#define LEFT 32 /* column where what an option does begins */

void print_overview(FILE *stream)
{
    fprintf(stream,
            "densenet %s: densely connected convolutional networks\n\n"
            "Usage: densenet COMMAND [OPTION ...] [ARGUMENT ...]\n\nCommands:\n",
            dn_version());
    for (int i = 0; commands[i]; i++)
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(stream, "\ndensenet COMMAND --help explains a command, with examples; densenet\n"
                    "--version says which version this is and which kernels it runs.\n");
}

/* Words from column LEFT on, filled to WIDTH. */
static void print_wrapped(const char *text)
{
    size_t column = LEFT;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > LEFT && column + 1 + word > WIDTH) {
            printf("\n%*s", LEFT, "");
            column = LEFT;
        }
        column += (size_t)printf("%s%.*s", column > LEFT ? " " : "", (int)word, text);
        text += word + strspn(text + word, " ");
    }
    printf("\n");
}

static void print_row(const option_row *row)
{
    int column = row->letter ? printf("  -%c, ", row->letter) : printf("      ");
    column +=
        printf("--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
    if (column + 2 > LEFT)
        printf("\n%*s", LEFT, "");
    else
        printf("%*s", LEFT - column, "");
    print_wrapped(row->help);
}

void print_help(const command *chosen)
{
    printf("densenet %s: %s\n\nUsage: densenet %s [OPTION ...]%s%s\n", chosen->name,
           chosen->summary, chosen->name, *chosen->arguments ? " " : "", chosen->arguments);
    if (chosen->description)
        printf("\n%s", chosen->description);
    printf("\nOptions:\n");
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        print_row(row);
    if (chosen->examples)
        printf("\nExamples:\n%s", chosen->examples);
}
