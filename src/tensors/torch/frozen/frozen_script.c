/* SPDX-License-Identifier: MIT */
#include "tensors/torch/frozen/frozen_script.h"

#include "tensors/torch/frozen/frozen_expression.h"

#include <string.h>

enum { MOST_NAMES = 32, MOST_OUTPUTS = 64, MOST_BLOCKS = 16 };

typedef struct method {
    dn_script script;
    dn_frozen_value outputs[MOST_OUTPUTS];
    size_t output_count;
    bool returned;
} method;

/* ---- lines ---- */

static dn_status add_output(method *m, const dn_script_value *value)
{
    if (value->kind == DN_SCRIPT_VALUE && m->output_count < MOST_OUTPUTS)
        m->outputs[m->output_count++] = value->value;
    return DN_OK;
}

static dn_status run_return(method *m)
{
    dn_script_value value;
    DN_TRY(dn_script_expression(&m->script, &value));
    m->returned = true;
    for (size_t i = 0; value.kind == DN_SCRIPT_LIST && i < value.list->count; i++)
        DN_TRY(add_output(m, &value.list->items[i]));
    return add_output(m, &value);
}

/* "a = ", "a: Tensor = ", "a, b, = " before an expression; *count 0 if there are none. */
static int read_targets(dn_cursor *cursor, dn_span names[MOST_NAMES])
{
    dn_cursor ahead = *cursor;
    int count = 0;
    while (count < MOST_NAMES) {
        dn_span name = dn_cursor_word(&ahead);
        if (name.at < name.end)
            names[count++] = name;
        if (!dn_cursor_take(&ahead, ", "))
            break;
    }
    if (dn_cursor_take(&ahead, ": "))
        while (ahead.at < ahead.end && *ahead.at != '=' && *ahead.at != '\n')
            ahead.at++;
    dn_cursor_blank(&ahead);
    if (!dn_cursor_take(&ahead, "= "))
        return 0;
    *cursor = ahead;
    return count;
}

/* Of a function with several answers the first is what a network uses. */
static dn_status assign(method *m, const dn_span *names, int count, const dn_script_value *value)
{
    dn_script *s = &m->script;
    if (count == 1)
        return dn_script_assign(s, names[0], value);
    for (int i = 0; i < count; i++) {
        dn_script_value part = *value;
        if (value->kind == DN_SCRIPT_LIST && (size_t)i < value->list->count)
            part = value->list->items[i];
        else if (i || value->kind == DN_SCRIPT_LIST)
            DN_TRY(dn_script_unknown(s, names[i], &part));
        DN_TRY(dn_script_assign(s, names[i], &part));
    }
    return DN_OK;
}

static dn_status run_line(method *m)
{
    dn_script *s = &m->script;
    dn_span names[MOST_NAMES];
    dn_script_value value;
    dn_cursor ahead = s->cursor;
    dn_span word = dn_cursor_word(&ahead);
    if (dn_span_is(word, "pass")) {
        s->cursor = ahead;
    } else if (dn_span_is(word, "return")) {
        s->cursor = ahead;
        DN_TRY(run_return(m));
    } else if (dn_span_is(word, "for") || dn_span_is(word, "while")) {
        return dn_fail(DN_ERROR_MISMATCH, "its code has a loop, which no frozen network has");
    } else {
        int count = read_targets(&s->cursor, names);
        DN_TRY(dn_script_expression(s, &value));
        DN_TRY(assign(m, names, count, &value));
    }
    dn_cursor_blank(&s->cursor);
    if (s->cursor.at < s->cursor.end && *s->cursor.at != '\n')
        return dn_script_fail(s, "end of the line");
    dn_cursor_next_line(&s->cursor);
    return DN_OK;
}

/* ---- conditions: of a check, of which one side raises an error, the other holds ---- */

static dn_status run_block(method *m, int indentation, int depth);

/* Leaves out what is further in than the line before; *raises: a line of this block does. */
static dn_cursor skip_block(dn_cursor c, int outside, bool *raises)
{
    const int inner = dn_cursor_indentation(&c);
    *raises = false;
    for (int here = inner; here > outside; here = dn_cursor_indentation(&c)) {
        dn_cursor line = c;
        dn_cursor_blank(&line);
        *raises = *raises || (here == inner && dn_cursor_take(&line, "ops.prim.RaiseException("));
        dn_cursor_next_line(&c);
    }
    return c;
}

/* "else:" of this indentation. */
static bool take_else(dn_cursor *c, int indentation)
{
    dn_cursor ahead = *c;
    if (dn_cursor_indentation(&ahead) != indentation)
        return false;
    dn_cursor_blank(&ahead);
    if (!dn_cursor_take(&ahead, "else:"))
        return false;
    dn_cursor_next_line(&ahead);
    *c = ahead;
    return true;
}

static dn_status run_if(method *m, int indentation, int depth)
{
    dn_script *s = &m->script;
    dn_script_value condition;
    bool raises[2] = {false, false};
    const char *line = s->cursor.at;
    DN_TRY(dn_script_expression(s, &condition));
    if (!dn_cursor_take(&s->cursor, ":"))
        return dn_script_fail(s, "colon after a condition");
    const int length = (int)(s->cursor.at - line < 60 ? s->cursor.at - line - 1 : 60);
    dn_cursor_next_line(&s->cursor);
    dn_cursor first = s->cursor, second = skip_block(first, indentation, &raises[0]);
    const bool both = take_else(&second, indentation);
    dn_cursor after = both ? skip_block(second, indentation, &raises[1]) : second;
    if (raises[0] == raises[1])
        return dn_fail(DN_ERROR_MISMATCH, "its code decides while it runs (if %.*s)", length, line);
    s->cursor = raises[0] ? second : first;
    const int inner = dn_cursor_indentation(&s->cursor);
    if ((both || raises[1]) && inner > indentation)
        DN_TRY(run_block(m, inner, depth + 1));
    s->cursor = after;
    return DN_OK;
}

static dn_status run_block(method *m, int indentation, int depth)
{
    dn_script *s = &m->script;
    int found;
    if (depth == MOST_BLOCKS)
        return dn_fail(DN_ERROR_LIMIT, "its code is nested more than %d deep", MOST_BLOCKS);
    while (!m->returned && (found = dn_cursor_indentation(&s->cursor)) >= indentation) {
        dn_cursor_blank(&s->cursor);
        if (found != indentation)
            return dn_script_fail(s, "sound indentation");
        if (dn_cursor_take(&s->cursor, "if "))
            DN_TRY(run_if(m, indentation, depth));
        else
            DN_TRY(run_line(m));
    }
    return DN_OK;
}

/* ---- the method ---- */

/* "(self: CLASS, x: Tensor) -> Tensor:": each argument but the module is an input. */
static dn_status read_signature(method *m)
{
    dn_script *s = &m->script;
    dn_cursor *c = &s->cursor;
    for (int i = 0;; i++) {
        dn_cursor_space(c);
        dn_span name = dn_cursor_word(c);
        if (name.at == name.end || !dn_cursor_take(c, ":"))
            return dn_script_fail(s, "argument of forward()");
        while (c->at < c->end && *c->at != ',' && *c->at != ')')
            c->at++;
        if (i > 0) {
            const dn_script_value input = {.kind = DN_SCRIPT_VALUE,
                                           .value = (dn_frozen_value)s->graph.value_count};
            DN_TRY(dn_frozen_input(&s->graph));
            DN_TRY(dn_script_assign(s, name, &input));
        }
        if (dn_cursor_take(c, ")"))
            break;
        if (!dn_cursor_take(c, ","))
            return dn_script_fail(s, "end of forward()'s arguments");
    }
    dn_cursor_next_line(c);
    return DN_OK;
}

/* The line "def forward(" of the class, after its parenthesis. */
static bool find_forward(dn_cursor *c)
{
    while (c->at < c->end) {
        dn_cursor_blank(c);
        if (dn_cursor_take(c, "def forward("))
            return true;
        dn_cursor_next_line(c);
    }
    return false;
}

dn_status dn_frozen_script_read(dn_tensor_file *file, dn_span code,
                                const dn_tensor *const *constants, size_t constant_count)
{
    method m = {.script = {.graph = {.file = file},
                           .cursor = code,
                           .constants = constants,
                           .constant_count = constant_count}};
    dn_script *s = &m.script;
    if (!find_forward(&s->cursor))
        return dn_fail(DN_ERROR_FORMAT, "its code has no forward()");
    DN_TRY(dn_pool_alloc(&file->pool, constant_count + 1, sizeof *s->constant_values,
                         &s->constant_values));
    for (size_t i = 0; i < constant_count; i++)
        s->constant_values[i] = DN_NO_VALUE;
    DN_TRY(read_signature(&m));
    DN_TRY(run_block(&m, dn_cursor_indentation(&s->cursor), 0));
    if (!m.output_count)
        return dn_fail(DN_ERROR_MISMATCH, "its forward() returns no tensor");
    return dn_frozen_finish(&s->graph, m.outputs, m.output_count);
}
