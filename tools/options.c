/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "report.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPTIONS 96
#define LONG_ONLY 256 /* getopt's value of row i is LONG_ONLY + i */

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

/* "a|b|c" lists choices; anything else names the argument. */
static bool allowed_choice(const option_row *row, const char *value)
{
    if (row->type != OPTION_TEXT || !row->argument || !strchr(row->argument, '|'))
        return true;
    size_t length = strlen(value);
    for (const char *choice = row->argument; choice; choice = strchr(choice, '|')) {
        choice += *choice == '|';
        size_t span = strcspn(choice, "|");
        if (span == length && memcmp(choice, value, length) == 0)
            return true;
    }
    return false;
}

static bool store_number(const option_row *row, const char *value)
{
    char *end;
    errno = 0;
    double number = strtod(value, &end);
    if (errno || end == value || *end || isnan(number))
        return complain("--%s: \"%s\" is not a number", row->name, value);
    if (row->type != OPTION_FLOAT && number != floor(number))
        return complain("--%s: %s is not a whole number", row->name, value);
    bool ranged = row->low != 0 || row->high != 0;
    double low = ranged ? row->low : row->type == OPTION_INT ? INT32_MIN : -9e15;
    double high = ranged ? row->high : row->type == OPTION_INT ? INT32_MAX : 9e15;
    if (row->type == OPTION_FLOAT && !ranged)
        low = -HUGE_VAL, high = HUGE_VAL;
    if (number < low || number > high)
        return complain("--%s: %s is out of range, %g to %g is expected", row->name, value, low,
                        high);
    void *target = (void *)row->target;
    if (row->type == OPTION_INT)
        *(int *)target = (int)number;
    else if (row->type == OPTION_LONG)
        *(int64_t *)target = (int64_t)number;
    else
        *(double *)target = number;
    return true;
}

static bool store(const option_row *row, const char *value)
{
    switch (row->type) {
    case OPTION_FLAG:
        *(bool *)(void *)row->target = true;
        return true;
    case OPTION_TEXT:
    case OPTION_FILE:
        if (!allowed_choice(row, value))
            return complain("--%s: \"%s\" is not one of %s", row->name, value, row->argument);
        *(const char **)(void *)row->target = value;
        return true;
    default:
        return store_number(row, value);
    }
}

static void print_row(const option_row *row)
{
    char left[96];
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
             row->argument ? " " : "", row->argument ? row->argument : "");
    if (strlen(left) > 28)
        printf("  %s\n  %-28s  %s\n", left, "", row->help);
    else
        printf("  %-28s  %s\n", left, row->help);
}

void print_help(const command *chosen)
{
    printf("densenet %s: %s\n\nUsage: densenet %s [OPTION ...]%s%s\n", chosen->name,
           chosen->summary, chosen->name, chosen->arguments[0] ? " " : "", chosen->arguments);
    if (chosen->description)
        printf("\n%s", chosen->description);
    printf("\nOptions:\n");
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        print_row(row);
    if (chosen->examples)
        printf("\nExamples:\n%s", chosen->examples);
}

/* Fills getopt's tables from ours; returns the number of rows. */
static int getopt_tables(const command *chosen, struct option *longs, char *shorts)
{
    int count = 0;
    const option_row *row;
    char *letter = shorts;
    *letter++ = ':';
    for (; count < MAX_OPTIONS && (row = option_at(chosen->options, count)); count++) {
        int has = row->type == OPTION_FLAG ? no_argument : required_argument;
        longs[count] = (struct option){row->name, has, NULL, LONG_ONLY + count};
        if (row->letter) {
            *letter++ = row->letter;
            if (has == required_argument)
                *letter++ = ':';
        }
    }
    *letter = '\0';
    longs[count] = (struct option){0};
    return count;
}

static const option_row *row_of(const command *chosen, int value)
{
    if (value >= LONG_ONLY)
        return option_at(chosen->options, value - LONG_ONLY);
    const option_row *row;
    for (int i = 0; (row = option_at(chosen->options, i)); i++)
        if (row->letter == value)
            return row;
    return NULL;
}

int run_command(const command *chosen, int argc, char **argv)
{
    struct option longs[MAX_OPTIONS + 1];
    char shorts[2 * MAX_OPTIONS + 2];
    getopt_tables(chosen, longs, shorts);
    optind = 1;
    opterr = 0;
    int value;
    while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (value == '?' || value == ':') {
            complain(value == ':' ? "%s: %s needs a value; see densenet %s --help"
                                  : "%s: unknown option %s; see densenet %s --help",
                     chosen->name, argv[optind - 1], chosen->name);
            return EXIT_REFUSED;
        }
        const option_row *row = row_of(chosen, value);
        if (row == &help_row) {
            print_help(chosen);
            return EXIT_DONE;
        }
        if (!store(row, optarg))
            return EXIT_REFUSED;
    }
    int count = argc - optind;
    if (count < chosen->least || (chosen->most >= 0 && count > chosen->most)) {
        complain("%s: %s argument%s; usage: densenet %s [OPTION ...] %s", chosen->name,
                 count < chosen->least ? "missing" : "unexpected", count == 1 ? "" : "s",
                 chosen->name, chosen->arguments);
        return EXIT_REFUSED;
    }
    return chosen->run(count, argv + optind);
}
