/* SPDX-License-Identifier: MIT */
#include "arguments/options.h"

#include "ui/report.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const command *const *command_list;

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

const option_row *option_named(const option_row *table, const char *name, size_t length)
{
    const option_row *row;
    for (int i = 0; (row = option_at(table, i)); i++)
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            return row;
    return NULL;
}

const option_row *option_lettered(const option_row *table, char letter)
{
    const option_row *row;
    for (int i = 0; (row = option_at(table, i)); i++)
        if (row->letter == letter)
            return row;
    return NULL;
}

bool option_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end && text[strspn(text, "+-.0123456789eE")] == '\0' &&
           isfinite(*number);
}

/* All 64 bits in plain digits; also 1e6 and 4e9, if they are exact. */
static bool parse_integer(const char *text, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(text, &end, 10);
    if (end != text && !*end)
        return errno == 0 && !isspace((unsigned char)*text);
    double value;
    if (!option_number(text, &value) || value != floor(value) || fabs(value) > 0x1p53)
        return false;
    *number = (int64_t)value;
    return true;
}

static bool in_range(const command *chosen, const option_row *row, const char *value, double number)
{
    bool any = row->low == 0 && row->high == 0;
    double low = any ? -INFINITY : row->low, high = any ? INFINITY : row->high;
    if (row->type == OPTION_INT || row->type == OPTION_SIDES) {
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
    if (real ? !option_number(value, &number) : !parse_integer(value, &integer))
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

/* "256x128" and torch's "256,128" are height and width, "224" is both. */
static bool store_sides(const command *chosen, const option_row *row, const char *value)
{
    size_t length = strcspn(value, "x,");
    int *sides = (int *)(void *)row->target;
    char height[24];
    int64_t number[2];
    const char *width = value[length] ? value + length + 1 : value;
    snprintf(height, sizeof height, "%.*s", (int)length, value);
    if (length >= sizeof height || !parse_integer(height, &number[0]) ||
        !parse_integer(value[length] ? width : height, &number[1]))
        return complain("%s: --%s: \"%s\" is neither a whole number nor two, as in 256x128",
                        chosen->name, row->name, value);
    for (int i = 0; i < 2; i++)
        if (!in_range(chosen, row, i ? width : height, (double)number[i]))
            return false;
    sides[0] = (int)number[0];
    sides[1] = (int)number[1];
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

/* The options that have been set, in order. */
#define MOST_SET 256
static const void *set_targets[MOST_SET];
static int set_count;

void options_begin(void)
{
    set_count = 0;
}

bool option_given(const void *target)
{
    for (int i = 0; i < set_count; i++)
        if (set_targets[i] == target)
            return true;
    return false;
}

bool option_store(const command *chosen, const option_row *row, const char *value)
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
    case OPTION_SIDES:
        return store_sides(chosen, row, value);
    default:
        return store_number(chosen, row, value);
    }
}

bool option_default(const command *chosen, const char *name, const char *value)
{
    const option_row *row = option_named(chosen->options, name, strlen(name));
    if (!row || row == &help_row)
        return complain("%s: there is no option --%s", chosen->name, name);
    if (option_given(row->target))
        return true;
    if (row->type == OPTION_FLAG && strcmp(value, "false") == 0)
        return true;
    if (row->type == OPTION_FLAG && strcmp(value, "true") != 0)
        return complain("%s: --%s: \"%s\" is neither true nor false", chosen->name, name, value);
    return option_store(chosen, row, value);
}
