/* SPDX-License-Identifier: MIT */
#include "arguments/command_line.h"

#include "arguments/help.h"
#include "arguments/suggestion.h"
#include "ui/report.h"

#include <string.h>

/* argv while it is read; arguments that are not options are collected at its front. */
typedef struct reading {
    const command *chosen;
    char **words;
    int count, at; /* number of words; the one being read */
    int kept;
    bool help;
} reading;

/* The value after an option: the next word. One that looks like an option was
 * more likely forgotten than meant. */
static const char *next_word(reading *line, const option_row *row)
{
    const char *next = line->at + 1 < line->count ? line->words[line->at + 1] : NULL;
    if (next && strncmp(next, "--", 2) != 0) {
        line->at++;
        return next;
    }
    if (next)
        complain("%s: --%s needs a value (%s), found %s; --%s=%s says that it is meant",
                 line->chosen->name, row->name, row->argument, next, row->name, next);
    else
        complain("%s: --%s needs a value (%s)", line->chosen->name, row->name, row->argument);
    return NULL;
}

static bool take(reading *line, const option_row *row, const char *value)
{
    if (!row->target) {
        line->help = true;
        return true;
    }
    if (row->type != OPTION_FLAG && !value && !(value = next_word(line, row)))
        return false;
    return option_store(line->chosen, row, value);
}

static bool unknown(const reading *line, const char *option, int length)
{
    suggestion near = {.word = option, .length = (size_t)length};
    const option_row *row;
    for (int i = 0; (row = option_at(line->chosen->options, i)); i++)
        suggest(&near, row->name);
    if (near.best)
        return complain("%s: unknown option --%.*s; did you mean --%s?", line->chosen->name, length,
                        option, near.best);
    return complain("%s: unknown option --%.*s; densenet %s --help lists them", line->chosen->name,
                    length, option, line->chosen->name);
}

static bool long_option(reading *line, const char *option)
{
    size_t length = strcspn(option, "=");
    const char *value = option[length] ? option + length + 1 : NULL;
    const option_row *row = option_named(line->chosen->options, option, length);
    if (!row)
        return unknown(line, option, (int)length);
    if (value && row->type == OPTION_FLAG)
        return complain("%s: --%s takes no value, found \"%s\"", line->chosen->name, row->name,
                        value);
    return take(line, row, value);
}

/* "-k5", "-k 5", and flags in a row: "-abc". */
static bool letters(reading *line, const char *letter)
{
    for (; *letter; letter++) {
        const option_row *row = option_lettered(line->chosen->options, *letter);
        if (!row)
            return complain("%s: unknown option -%c; densenet %s --help lists them",
                            line->chosen->name, *letter, line->chosen->name);
        if (row->type != OPTION_FLAG)
            return take(line, row, letter[1] ? letter + 1 : NULL);
        take(line, row, NULL);
    }
    return true;
}

static bool read_words(reading *line)
{
    bool options = true;
    for (line->at = 1; line->at < line->count && !line->help; line->at++) {
        char *word = line->words[line->at];
        double number;
        bool option = options && word[0] == '-' && word[1] && !option_number(word, &number);
        if (!option)
            line->words[line->kept++] = word;
        else if (strcmp(word, "--") == 0)
            options = false;
        else if (word[1] == '-' ? !long_option(line, word + 2) : !letters(line, word + 1))
            return false;
    }
    return true;
}

int run_command(const command *chosen, int argc, char **argv)
{
    reading line = {.chosen = chosen, .words = argv, .count = argc};
    options_begin();
    if (!read_words(&line))
        return EXIT_REFUSED;
    if (line.help) {
        print_help(chosen);
        return EXIT_DONE;
    }
    bool few = line.kept < chosen->least;
    if (few || (chosen->most >= 0 && line.kept > chosen->most)) {
        const char *excess = few ? "" : argv[chosen->most];
        complain("%s: %s%s%s; usage: densenet %s [OPTION ...]%s%s", chosen->name,
                 few ? "an argument is missing" : "unexpected argument \"", excess, few ? "" : "\"",
                 chosen->name, *chosen->arguments ? " " : "", chosen->arguments);
        return EXIT_REFUSED;
    }
    for (int i = 0; i < line.kept; i++)
        if (!*argv[i]) {
            complain("%s: argument %d is an empty name", chosen->name, i + 1);
            return EXIT_REFUSED;
        }
    return chosen->run(line.kept, argv);
}
