/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"
#include "densenet.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *meaning;
} environment[] = {
    {"DENSENET_CPU", "The kernels to run, if not the best that the machine offers: baseline, "
                     "avx2, avx512, neon, or reference, which is plain C."},
    {"HF_TOKEN", "What a model hub knows its user by, for `densenet pull` of gated networks."},
    {"XDG_CACHE_HOME",
     "Where pulled weights are kept, in a folder densenet; ~/.cache if it is not set."},
};

static const struct {
    int status;
    const char *meaning;
} statuses[] = {
    {EXIT_DONE, "Everything asked for was done."},
    {EXIT_PART, "Done in part: some pictures could not be read and were reported. Or verify "
                "found a difference."},
    {EXIT_REFUSED, "The request could not be met; nothing was written."},
    {EXIT_STOPPED, "A signal stopped a training: its state is saved, and the same command with "
                   "--resume auto goes on."},
};

/* Characters that roff would take for markup or typeset, and how it writes them. */
static const struct {
    char character;
    const char *written;
} escapes[] = {{'\\', "\\e"}, {'-', "\\-"}, {'`', "\\(ga"}, {'~', "\\(ti"}, {'^', "\\(ha"}};

static void print_character(char character)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (escapes[i].character == character) {
            printf("%s", escapes[i].written);
            return;
        }
    }
    putchar(character);
}

/* Prints text up to `end`; at the beginning of a line, . and ' would be requests. */
static void print_plain(const char *text, const char *end)
{
    if (text < end && (*text == '.' || *text == '\''))
        printf("\\&");
    for (; text < end; text++)
        print_character(*text);
}

static void print_words(const char *text)
{
    print_plain(text, text + strlen(text));
}

/* Line by line; an indented line is printed as it is, an empty one separates
 * paragraphs. */
static void print_lines(const char *text)
{
    bool exact = false;
    while (*text) {
        const char *end = text + strcspn(text, "\n");
        bool indented = *text == ' ';
        if (indented != exact && text < end) {
            printf(indented ? ".PP\n.EX\n" : ".EE\n.PP\n");
            exact = indented;
        }
        if (text == end)
            printf(exact ? "\n" : ".PP");
        print_plain(text, end);
        printf("\n");
        text = end + (*end == '\n');
    }
    if (exact)
        printf(".EE\n");
}

static void print_usage(const command *owner)
{
    printf("\\fBdensenet ");
    print_words(owner->name);
    printf("\\fR [\\fIOPTION\\fR ...] ");
    print_words(owner->arguments);
    printf("\n");
}

static void print_option(const option_row *row)
{
    printf(".TP\n\\fB");
    if (row->letter)
        printf("\\-%c\\fR, \\fB", row->letter);
    printf("\\-\\-");
    print_words(row->name);
    printf("\\fR");
    if (row->argument) {
        printf(" \\fI");
        print_words(row->argument);
        printf("\\fR");
    }
    printf("\n");
    print_words(row->help);
    printf("\n");
}

static void print_command(const command *owner)
{
    printf(".SS ");
    print_usage(owner);
    print_words(owner->summary);
    printf(".\n");
    if (owner->description) {
        printf(".PP\n");
        print_lines(owner->description);
    }
    const option_row *row;
    for (int i = 0; (row = option_at(owner->options, i)); i++)
        if (strcmp(row->name, "help") != 0)
            print_option(row);
    if (owner->examples) {
        printf(".PP\nExamples:\n");
        print_lines(owner->examples);
    }
}

static int run(int count, char **arguments)
{
    (void)count, (void)arguments;
    printf(".TH DENSENET 1 \"\" \"densenet %s\" \"User Commands\"\n.nh\n.ad l\n"
           ".SH NAME\ndensenet \\- densely connected convolutional networks\n"
           ".SH SYNOPSIS\n",
           dn_version());
    for (int i = 0; command_list[i]; i++) {
        print_usage(command_list[i]);
        printf(".br\n");
    }
    printf("\\fBdensenet\\fR \\-\\-version | \\-\\-help | help \\fICOMMAND\\fR\n"
           ".SH DESCRIPTION\n"
           "Predicts with, trains, reads and writes the networks of one family: DenseNet,\n"
           "in which each layer of a block sees the maps of all layers before it.\n"
           "Options and arguments may come in any order; a value follows its option as\n"
           "the next word or after an equals sign; of an option that is repeated the last\n"
           "one counts; \\-\\- ends the options. \\-\\-help after a command explains it.\n"
           ".SH COMMANDS\n");
    for (int i = 0; command_list[i]; i++)
        print_command(command_list[i]);
    printf(".SH ENVIRONMENT\n");
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++) {
        printf(".TP\n\\fB%s\\fR\n", environment[i].name);
        print_words(environment[i].meaning);
        printf("\n");
    }
    printf(".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        printf(".TP\n%d\n%s\n", statuses[i].status, statuses[i].meaning);
    return EXIT_DONE;
}

const command manual_command = {
    .name = "manual",
    .arguments = "",
    .summary = "print the manual page of the whole program, in roff",
    .examples = "  densenet manual | man -l -\n",
    .run = run,
};
