/* SPDX-License-Identifier: MIT */
#include "loading/operators/walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const dn_known *dn_walk_input(const dn_walk *w, const dn_operator *item, int number)
{
    if (number >= item->input_count || item->inputs[number] == DN_NO_VALUE)
        return NULL;
    return w->known[item->inputs[number]];
}

const dn_tensor *dn_walk_constant(const dn_walk *w, const dn_operator *item, int number)
{
    const dn_known *known = dn_walk_input(w, item, number);
    return known && known->kind == DN_KNOWN_CONSTANT ? known->constant : NULL;
}

dn_status dn_walk_derive(dn_walk *w, const dn_known *from, dn_known **out)
{
    dn_known *made = NULL;
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *made, &made));
    if (from)
        *made = *from;
    made->stored = DN_NONE_STORED;
    *out = made;
    return DN_OK;
}

enum { SENTENCE = 400 };

static void describe(const dn_operator *item, const char *format, va_list arguments,
                     char text[SENTENCE])
{
    int length = snprintf(text, SENTENCE, "its node \"%.80s\" (%.40s) ", item->name, item->type);
    vsnprintf(text + length, SENTENCE - (size_t)length, format, arguments);
}

dn_status dn_walk_depart(dn_walk *w, const dn_operator *item, const dn_known **out,
                         const char *format, ...)
{
    char text[SENTENCE], *copy;
    va_list arguments;
    va_start(arguments, format);
    describe(item, format, arguments, text);
    va_end(arguments);
    dn_known *made;
    DN_TRY(dn_walk_derive(w, NULL, &made));
    DN_TRY(dn_pool_copy(&w->file->pool, text, strlen(text), &copy));
    made->kind = DN_KNOWN_FAULT;
    made->fault = copy;
    made->fault_place = (int)(item - w->graph->items);
    *out = made;
    return DN_OK;
}

dn_status dn_walk_refuse(const dn_operator *item, const char *format, ...)
{
    char text[SENTENCE];
    va_list arguments;
    va_start(arguments, format);
    describe(item, format, arguments, text);
    va_end(arguments);
    return dn_fail(DN_ERROR_MISMATCH, "%s", text);
}

int64_t dn_walk_integer(const dn_operator *item, const char *name, int64_t usual)
{
    const dn_attribute *found = dn_operator_attribute(item, name);
    return found ? found->integer : usual;
}

const char *dn_walk_text(const dn_operator *item, const char *name, const char *usual)
{
    const dn_attribute *found = dn_operator_attribute(item, name);
    return found && found->text ? found->text : usual;
}

bool dn_walk_integers(const dn_operator *item, const char *name, int count, int64_t usual,
                      int64_t *integers)
{
    const dn_attribute *found = dn_operator_attribute(item, name);
    for (int i = 0; i < count; i++)
        integers[i] = usual;
    if (!found)
        return true;
    if (found->integer_count != (size_t)count)
        return false;
    memcpy(integers, found->integers, (size_t)count * sizeof *integers);
    return true;
}
