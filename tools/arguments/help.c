/* SPDX-License-Identifier: MIT */
#include "arguments/help.h"

#include "densenet.h"

#include <string.h>

#define WIDTH 80
#define LEFT 32 /* column where the description of an option begins */

void print_overview(FILE *stream)
{
    fprintf(stream,
            "densenet %s: densely connected convolutional networks\n\n"
            "Usage: densenet COMMAND [OPTION ...] [ARGUMENT ...]\n\nCommands:\n",
            dn_version());
    for (int i = 0; command_list[i]; i++)
        fprintf(stream, "  %-12s %s\n", command_list[i]->name, command_list[i]->summary);
    fprintf(stream, "\ndensenet COMMAND --help explains a command, with examples.\n");
}

/* Prints the words up to `end`, wrapped at WIDTH. Lines after the first are
 * indented by `left`; the first begins in that column. Ends in a line feed. */
static void print_wrapped(const char *text, const char *end, int left)
{
    int column = left;
    while (text < end) {
        int word = (int)strcspn(text, " \n");
        if (column > left && column + 1 + word > WIDTH) {
            printf("\n%*s", left, "");
            column = left;
        }
        column += printf("%s%.*s", column > left ? " " : "", word, text);
        text += word;
        text += strspn(text, " \n");
    }
    printf("\n");
}

/* The end of the paragraph: a line feed before an empty or indented line, or
 * the end of the text. An empty or indented line is a paragraph of its own. */
static const char *paragraph_end(const char *text)
{
    const char *end = text + strcspn(text, "\n");
    if (*text == '\n' || *text == ' ')
        return end;
    while (*end && end[1] && end[1] != '\n' && end[1] != ' ')
        end += 1 + strcspn(end + 1, "\n");
    return end;
}

static void print_paragraphs(const char *text)
{
    while (*text) {
        const char *end = paragraph_end(text);
        if (*text == ' ')
            printf("%.*s\n", (int)(end - text), text);
        else
            print_wrapped(text, end, 0);
        text = end + (*end == '\n');
    }
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
    print_wrapped(row->help, row->help + strlen(row->help), LEFT);
}

void print_help(const command *chosen)
{
    printf("densenet %s: %s\n\nUsage: densenet %s [OPTION ...]%s%s\n", chosen->name,
           chosen->summary, chosen->name, *chosen->arguments ? " " : "", chosen->arguments);
    if (chosen->description) {
        printf("\n");
        print_paragraphs(chosen->description);
    }
    printf("\nOptions:\n");
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        print_row(row);
    if (chosen->examples)
        printf("\nExamples:\n%s", chosen->examples);
}
