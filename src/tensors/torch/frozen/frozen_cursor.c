/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_cursor.h"

#include "base/locale.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

void dn_cursor_blank(dn_cursor *c)
{
    while (c->at < c->end && *c->at == ' ')
        c->at++;
}

void dn_cursor_space(dn_cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n'))
        c->at++;
}

bool dn_cursor_take(dn_cursor *c, const char *text)
{
    size_t length = strlen(text);
    bool next = (size_t)(c->end - c->at) >= length && memcmp(c->at, text, length) == 0;
    c->at += next ? length : 0;
    return next;
}

dn_span dn_cursor_word(dn_cursor *c)
{
    dn_span word = {c->at, c->at};
    while (word.end < c->end && is_word(*word.end))
        word.end++;
    c->at = word.end;
    return word;
}

bool dn_cursor_number(dn_cursor *c, double *number)
{
    char digits[40];
    size_t length = 0, room = (size_t)(c->end - c->at);
    while (length < room && length + 1 < sizeof digits &&
           (isdigit((unsigned char)c->at[length]) || strchr("+-.eE", c->at[length])) &&
           c->at[length]) {
        digits[length] = c->at[length];
        length++;
    }
    digits[length] = '\0';
    char *end;
    locale_t callers = dn_use_decimal_points();
    *number = strtod(digits, &end);
    uselocale(callers);
    c->at += end - digits;
    return end > digits && isfinite(*number);
}

bool dn_cursor_text(dn_cursor *c, dn_span *text)
{
    const int quote = c->at < c->end ? *c->at : 0;
    const char *at = c->at + 1;
    if (quote != '"' && quote != '\'')
        return false;
    while (at < c->end && *at != quote && *at != '\n')
        at += *at == '\\' && c->end - at > 1 ? 2 : 1;
    if (at >= c->end || *at != quote)
        return false;
    *text = (dn_span){c->at, at + 1};
    c->at = text->end;
    return true;
}

int dn_cursor_indentation(dn_cursor *c)
{
    while (c->at < c->end) {
        const char *begin = c->at;
        dn_cursor_blank(c);
        if (c->at < c->end && *c->at != '\n') {
            int indentation = c->at - begin < 1000 ? (int)(c->at - begin) : 1000;
            c->at = begin;
            return indentation;
        }
        c->at += c->at < c->end;
    }
    return -1;
}

void dn_cursor_next_line(dn_cursor *c)
{
    const char *newline = c->at < c->end ? memchr(c->at, '\n', (size_t)(c->end - c->at)) : NULL;
    c->at = newline ? newline + 1 : c->end;
}

bool dn_span_is(dn_span span, const char *text)
{
    return (size_t)(span.end - span.at) == strlen(text) && memcmp(span.at, text, strlen(text)) == 0;
}
