/* SPDX-License-Identifier: MIT */
#include "run/settings_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool settings_belong_to_run(const char *name)
{
    static const char *const others[] = {"output",    "resume",    "threads",        "max-steps",
                                         "bucket-mb", "log-ranks", "batch-per-rank", "help"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i]) == 0)
            return false;
    return true;
}

static json_t *sides_value(const int sides[2])
{
    return sides[0] == sides[1] ? json_integer(sides[0])
                                : json_sprintf("%dx%d", sides[0], sides[1]);
}

json_t *settings_row_value(const option_row *row)
{
    switch (row->type) {
    case OPTION_FLAG:
        return json_boolean(*(const bool *)row->target);
    case OPTION_INT:
        return json_integer(*(const int *)row->target);
    case OPTION_SIDES:
        return sides_value((const int *)row->target);
    case OPTION_LONG:
        return json_integer(*(const int64_t *)row->target);
    case OPTION_FLOAT:
        return json_real(*(const double *)row->target);
    default:
        return json_string(*(const char *const *)row->target);
    }
}

/* Enough digits to identify a number: 0.1, not 0.10000000000000001. */
static int digits_of(double number)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", number);
    return strtod(text, NULL) == number ? 15 : 17;
}

char *settings_value_text(const json_t *value)
{
    char *text = NULL;
    int length =
        json_is_string(value)    ? asprintf(&text, "%s", json_string_value(value))
        : json_is_integer(value) ? asprintf(&text, "%lld", (long long)json_integer_value(value))
        : json_is_real(value)
            ? asprintf(&text, "%.*g", digits_of(json_real_value(value)), json_real_value(value))
        : json_is_boolean(value) ? asprintf(&text, "%s", json_is_true(value) ? "true" : "false")
                                 : -1;
    return length < 0 ? NULL : text;
}
