/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_cursor.h"

#include "base/locale.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    bool next = dn_span_begins(*c, text);
    c->at += next ? strlen(text) : 0;
    return next;
}

dn_span dn_cursor_word(dn_cursor *c)
{
    dn_span word = dn_span_word(*c);
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
