/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_expression.h"

#include <string.h>

enum { DEEPEST = 32 };
#define CONSTANT "CONSTANTS.c"

dn_status dn_script_fail(const dn_script *s, const char *what)
{
    dn_cursor line = s->cursor;
    dn_cursor_next_line(&line);
    size_t length = (size_t)(line.at - s->cursor.at);
    return dn_fail(DN_ERROR_FORMAT, "its code has no %s at \"%.*s\"", what,
                   (int)(length > 40 ? 40
                         : length    ? length - 1
                                     : 0),
                   s->cursor.at);
}

dn_status dn_script_unknown(dn_script *s, dn_span what, dn_script_value *value)
{
    dn_script_call call = {.g = &s->graph, .function = what};
    return dn_script_call_make(&call, value);
}

/* ---- names ---- */

dn_status dn_script_assign(dn_script *s, dn_span name, const dn_script_value *value)
{
    dn_frozen_graph *g = &s->graph;
    char *copy;
    DN_TRY(dn_pool_grow(&g->file->pool, sizeof *s->names, s->name_count, &s->name_capacity,
                        &s->names));
    s->names[s->name_count++] = (dn_script_name){name, *value};
    dn_operator *newest = g->count ? &g->items[g->count - 1] : NULL;
    if (value->kind != DN_SCRIPT_VALUE || !newest || newest->first_output != value->value ||
        *newest->name)
        return DN_OK;
    DN_TRY(dn_pool_copy(&g->file->pool, name.at, (size_t)(name.end - name.at), &copy));
    newest->name = copy;
    return DN_OK;
}

static dn_status find_constant(dn_script *s, dn_span word, dn_script_value *value)
{
    dn_cursor digits = {word.at + strlen(CONSTANT), word.end};
    double number = -1;
    if (!dn_cursor_number(&digits, &number) || digits.at < digits.end || number < 0 ||
        number >= (double)s->constant_count || !s->constants[(size_t)number])
        return dn_script_unknown(s, word, value);
    dn_frozen_value *known = &s->constant_values[(size_t)number];
    if (*known == DN_NO_VALUE)
        DN_TRY(dn_frozen_constant(&s->graph, s->constants[(size_t)number], known));
    *value = (dn_script_value){.kind = DN_SCRIPT_VALUE, .value = *known};
    return DN_OK;
}

static dn_status find_name(dn_script *s, dn_span word, dn_script_value *value)
{
    *value = (dn_script_value){0};
    if (dn_span_begins(word, CONSTANT) && dn_span_length(word) > strlen(CONSTANT))
        return find_constant(s, word, value);
    if (dn_span_is(word, "None"))
        return DN_OK;
    if (dn_span_is(word, "True") || dn_span_is(word, "False")) {
        *value = (dn_script_value){.kind = DN_SCRIPT_NUMBER, .number = dn_span_is(word, "True")};
        return DN_OK;
    }
    DN_TRY(dn_budget_take_steps(&s->graph.file->budget, 10 + s->name_count));
    for (size_t i = s->name_count; i-- > 0;) {
        if (dn_span_equals(s->names[i].name, word)) {
            *value = s->names[i].value;
            return DN_OK;
        }
    }
    return dn_script_unknown(s, word, value);
}

/* ---- what is between brackets ---- */

/* Items up to `close`. Of a dictionary keys, too. *single: one that no comma follows. */
static dn_status read_items(dn_script *s, const char *close, dn_script_value *list, bool *single)
{
    dn_pool *pool = &s->graph.file->pool;
    DN_TRY(dn_script_list_create(pool, list));
    *single = false;
    for (;;) {
        dn_script_value item;
        dn_cursor_space(&s->cursor);
        if (dn_cursor_take(&s->cursor, close))
            return DN_OK;
        DN_TRY(dn_script_expression(s, &item));
        DN_TRY(dn_script_list_add(pool, list, &item));
        dn_cursor_space(&s->cursor);
        *single = list->list->count == 1;
        if (dn_cursor_take(&s->cursor, ",") || dn_cursor_take(&s->cursor, ":"))
            *single = false;
        else if (s->cursor.at < s->cursor.end && *s->cursor.at != *close)
            return dn_script_fail(s, close);
    }
}

/* NAME= before an argument. */
static bool take_keyword(dn_script *s, dn_span *keyword)
{
    dn_cursor ahead = s->cursor;
    *keyword = dn_cursor_word(&ahead);
    if (keyword->at == keyword->end || !dn_cursor_take(&ahead, "=") ||
        (ahead.at < ahead.end && *ahead.at == '='))
        return false;
    s->cursor = ahead;
    return true;
}

/* Some that have names say what holds without them. */
static bool matters(dn_span keyword, const dn_script_value *value)
{
    bool one = value->kind == DN_SCRIPT_NUMBER && value->number == 1;
    return value->kind != DN_SCRIPT_NONE && !(one && dn_span_is(keyword, "alpha")) &&
           !(one && dn_span_is(keyword, "beta"));
}

static dn_status read_call(dn_script *s, dn_span function, dn_script_value *value)
{
    dn_script_value arguments[DN_MOST_ARGUMENTS];
    dn_script_call call = {.g = &s->graph, .function = function, .arguments = arguments};
    dn_span keyword;
    for (;;) {
        dn_cursor_space(&s->cursor);
        if (dn_cursor_take(&s->cursor, ")"))
            break;
        if (call.count == DN_MOST_ARGUMENTS)
            return dn_script_fail(s, "call of so many arguments");
        bool named = take_keyword(s, &keyword);
        DN_TRY(dn_script_expression(s, &arguments[call.count]));
        bool kept = !named || matters(keyword, &arguments[call.count]);
        call.named = call.named || (named && kept);
        call.count += kept;
        dn_cursor_space(&s->cursor);
        if (!dn_cursor_take(&s->cursor, ",") && s->cursor.at < s->cursor.end &&
            *s->cursor.at != ')')
            return dn_script_fail(s, "end of a call");
    }
    bool typed = dn_span_is(function, "annotate") || dn_span_is(function, "unchecked_cast");
    if (typed && call.count == 2) {
        *value = arguments[1];
        return DN_OK;
    }
    return dn_script_call_make(&call, value);
}

/* ---- expressions ---- */

static dn_status read_bracket(dn_script *s, const char *close, dn_script_value *value)
{
    bool single;
    DN_TRY(read_items(s, close, value, &single));
    if (single && *close == ')')
        *value = (dn_script_value)value->list->items[0];
    return DN_OK;
}

static dn_status read_word(dn_script *s, dn_script_value *value)
{
    dn_span word = dn_cursor_word(&s->cursor);
    if (word.at == word.end)
        return dn_script_fail(s, "value");
    return dn_cursor_take(&s->cursor, "(") ? read_call(s, word, value) : find_name(s, word, value);
}

static dn_status read_primary(dn_script *s, dn_script_value *value)
{
    const int next = s->cursor.at < s->cursor.end ? *s->cursor.at : 0;
    *value = (dn_script_value){.kind = DN_SCRIPT_TEXT};
    if (dn_cursor_take(&s->cursor, "["))
        return read_bracket(s, "]", value);
    if (dn_cursor_take(&s->cursor, "("))
        return read_bracket(s, ")", value);
    if (dn_cursor_take(&s->cursor, "{"))
        return read_bracket(s, "}", value);
    if (next == '"' || next == '\'')
        return dn_cursor_text(&s->cursor, &value->text) ? DN_OK
                                                        : dn_script_fail(s, "end of a text");
    if (next == '-' || (next >= '0' && next <= '9')) {
        value->kind = DN_SCRIPT_NUMBER;
        return dn_cursor_number(&s->cursor, &value->number) ? DN_OK : dn_script_fail(s, "number");
    }
    return read_word(s, value);
}

/* x[i] of a list of which i is known; of anything else it is not known. */
static dn_status read_item(dn_script *s, dn_script_value *value)
{
    static const char text[] = "[]";
    const dn_span brackets = {text, text + sizeof text - 1};
    dn_script_value place;
    bool single;
    DN_TRY(read_items(s, "]", &place, &single));
    const dn_script_value *at = single ? &place.list->items[0] : NULL;
    bool known = at && value->kind == DN_SCRIPT_LIST && at->kind == DN_SCRIPT_NUMBER &&
                 at->number >= 0 && at->number < (double)value->list->count;
    if (!known)
        return dn_script_unknown(s, brackets, value);
    *value = value->list->items[(size_t)at->number];
    return DN_OK;
}

dn_status dn_script_expression(dn_script *s, dn_script_value *value)
{
    if (s->depth == DEEPEST)
        return dn_fail(DN_ERROR_LIMIT, "its code is nested more than %d deep", DEEPEST);
    DN_TRY(dn_budget_take_steps(&s->graph.file->budget, 50));
    s->depth++;
    dn_cursor_space(&s->cursor);
    DN_TRY(read_primary(s, value));
    while (dn_cursor_take(&s->cursor, "["))
        DN_TRY(read_item(s, value));
    s->depth--;
    return DN_OK;
}
