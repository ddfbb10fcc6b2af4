/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(dn_text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (text->failed || needed <= text->capacity)
        return !text->failed;
    size_t capacity = needed > 2 * text->capacity ? needed : 2 * text->capacity;
    char *grown = realloc(text->data, capacity);
    if (!grown) {
        text->failed = true;
        return false;
    }
    text->data = grown;
    text->capacity = capacity;
    return true;
}

void dn_text_add_bytes(dn_text *text, const char *bytes, size_t count)
{
    if (!reserve(text, count))
        return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void dn_text_add(dn_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(text, (size_t)length))
        return;
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

dn_status dn_text_take(dn_text *text, char **out)
{
    if (!text->data && !text->failed)
        reserve(text, 0);
    if (text->failed) {
        size_t wanted = text->capacity * 2;
        dn_text_drop(text);
        return dn_fail_memory(wanted);
    }
    text->data[text->length] = '\0';
    *out = text->data;
    *text = (dn_text){0};
    return DN_OK;
}

void dn_text_drop(dn_text *text)
{
    free(text->data);
    *text = (dn_text){0};
}
