/* SPDX-License-Identifier: MIT */
#include "arguments/options.h"

#include "arguments/help.h"
#include "arguments/suggestion.h"
#include "ui/report.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const option_row help_row = {"help", 'h', OPTION_FLAG, NULL, NULL, "show this help", 0, 0};

static const option_row *spliced(const option_row *table, int *index)
{
    for (const option_row *row = table; row && row->name; row++) {
        if (row->type == OPTION_TABLE) {
            const option_row *inner = spliced(row->target, index);
            if (inner)
                return inner;
        } else if ((*index)-- == 0) {
            return row;
        }
    }
    return NULL;
}

const option_row *option_at(const option_row *table, int index)
{
    const option_row *row = spliced(table, &index);
    return row ? row : index == 0 ? &help_row : NULL;
}

const char *choice_at(const char *list, int index, int *length)
{
    if (!list || !strchr(list, '|'))
        return NULL;
    for (const char *at = list; *at; at++)
        if (isupper((unsigned char)*at))
            return NULL;
    for (; list; list = strchr(list, '|')) {
        list += *list == '|';
        if (index-- == 0) {
            *length = (int)strcspn(list, "| ");
            return list;
        }
    }
    return NULL;
}

static const option_row *find_name(const option_row *table, const char *name, size_t length)
{
    const option_row *row;
    for (int i = 0; (row = option_at(table, i)); i++)
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            return row;
    return NULL;
}

static const option_row *find_letter(const option_row *table, char letter)
{
    const option_row *row;
    for (int i = 0; (row = option_at(table, i)); i++)
        if (row->letter == letter)
            return row;
    return NULL;
}

/* ------------------------------------------------------------------ values */

/* Decimal only: no hexadecimal, no "inf", no "nan", nothing behind it. */
static bool decimal(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && text[strspn(text, "+-.0123456789eE")] == '\0' &&
           isfinite(*number);
}

/* All 64 bits in plain digits; 1e6 and 4e9 as well, as far as they are exact. */
static bool whole(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (end != text && !*end)
        return errno == 0 && !isspace((unsigned char)*text);
    double value;
    if (!decimal(text, &value) || value != floor(value) || fabs(value) > 0x1p53)
        return false;
    *number = (int64_t)value;
    return true;
}

static bool in_range(const command *chosen, const option_row *row, const char *value, double number)
{
    bool any = row->low == 0 && row->high == 0;
    double low = any ? -INFINITY : row->low, high = any ? INFINITY : row->high;
    if (row->type == OPTION_INT) {
        low = fmax(low, INT32_MIN);
        high = fmin(high, INT32_MAX);
    }
    if (number >= low && number <= high)
        return true;
    if (high == INFINITY)
        return complain("%s: --%s: %s is out of range: at least %.15g is expected", chosen->name,
                        row->name, value, low);
    return complain("%s: --%s: %s is out of range: %.15g to %.15g is expected", chosen->name,
                    row->name, value, low, high);
}

static bool store_number(const command *chosen, const option_row *row, const char *value)
{
    bool real = row->type == OPTION_FLOAT;
    int64_t integer = 0;
    double number = 0;
    if (real ? !decimal(value, &number) : !whole(value, &integer))
        return complain("%s: --%s: \"%s\" is not a%s number", chosen->name, row->name, value,
                        real ? "" : " whole");
    if (!in_range(chosen, row, value, real ? number : (double)integer))
        return false;
    void *target = (void *)row->target;
    if (row->type == OPTION_INT)
        *(int *)target = (int)integer;
    else if (row->type == OPTION_LONG)
        *(int64_t *)target = integer;
    else
        *(double *)target = number;
    return true;
}

static bool store_text(const command *chosen, const option_row *row, const char *value)
{
    const char *choice;
    int length, choices = 0;
    bool allowed = row->type == OPTION_FILE;
    if (allowed && !*value)
        return complain("%s: --%s: an empty file name", chosen->name, row->name);
    for (; !allowed && (choice = choice_at(row->argument, choices, &length)); choices++)
        allowed = strlen(value) == (size_t)length && memcmp(choice, value, (size_t)length) == 0;
    if (choices && !allowed)
        return complain("%s: --%s: \"%s\" is not one of %s", chosen->name, row->name, value,
                        row->argument);
    *(const char **)(void *)row->target = value;
    return true;
}

/* What has been set, in order. */
#define MOST_SET 256
static const void *set_targets[MOST_SET];
static int set_count;

bool option_given(const void *target)
{
    for (int i = 0; i < set_count; i++)
        if (set_targets[i] == target)
            return true;
    return false;
}

static bool store(const command *chosen, const option_row *row, const char *value)
{
    if (set_count < MOST_SET && !option_given(row->target))
        set_targets[set_count++] = row->target;
    switch (row->type) {
    case OPTION_FLAG:
        *(bool *)(void *)row->target = true;
        return true;
    case OPTION_TEXT:
    case OPTION_FILE:
        return store_text(chosen, row, value);
    default:
        return store_number(chosen, row, value);
    }
}

bool option_default(const command *chosen, const char *name, const char *value)
{
    const option_row *row = find_name(chosen->options, name, strlen(name));
    if (!row || row == &help_row)
        return complain("%s: there is no option --%s", chosen->name, name);
    if (option_given(row->target))
        return true;
    if (row->type == OPTION_FLAG && strcmp(value, "false") == 0)
        return true;
    if (row->type == OPTION_FLAG && strcmp(value, "true") != 0)
        return complain("%s: --%s: \"%s\" is neither true nor false", chosen->name, name, value);
    return store(chosen, row, value);
}

/* ----------------------------------------------------------------- parsing */

/* argv as it is read; arguments that are no options gather at its front. */
typedef struct reading {
    const command *chosen;
    char **words;
    int count, at; /* of words; the one being read */
    int kept;
    bool help;
} reading;

/* The value behind an option: the next word. One that looks like an option was
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
    if (row == &help_row) {
        line->help = true;
        return true;
    }
    if (row->type != OPTION_FLAG && !value && !(value = next_word(line, row)))
        return false;
    return store(line->chosen, row, value);
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
    const option_row *row = find_name(line->chosen->options, option, length);
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
        const option_row *row = find_letter(line->chosen->options, *letter);
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
        bool option = options && word[0] == '-' && word[1] && !decimal(word, &number);
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
