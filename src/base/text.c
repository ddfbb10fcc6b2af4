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

size_t dn_utf8_length(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool bad = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
               (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return bad ? 0 : length;
}

bool dn_is_utf8(const char *text)
{
    size_t length = 1;
    while (*text && length) {
        length = dn_utf8_length(text);
        text += length;
    }
    return length > 0;
}

void dn_text_add_json(dn_text *text, const char *string)
{
    dn_text_add_bytes(text, "\"", 1);
    for (const char *at = string; *at;) {
        size_t length = dn_utf8_length(at);
        if (length == 0)
            dn_text_add(text, "\\ufffd");
        else if (*at == '"' || *at == '\\')
            dn_text_add(text, "\\%c", *at);
        else if (dn_control_length(at))
            dn_text_add(text, "\\u%04x", (unsigned)(unsigned char)at[length - 1]);
        else
            dn_text_add_bytes(text, at, length);
        at += length ? length : 1;
    }
    dn_text_add_bytes(text, "\"", 1);
}

size_t dn_utf8_characters(const char *text)
{
    size_t count = 0;
    for (; *text; count++) {
        size_t length = dn_utf8_length(text);
        text += length ? length : 1;
    }
    return count;
}

char *dn_utf8_repair(const char *text)
{
    dn_text repaired = {0};
    char *out = NULL;
    while (*text) {
        size_t length = dn_utf8_length(text);
        dn_text_add_bytes(&repaired, length ? text : "\xEF\xBF\xBD", length ? length : 3);
        text += length ? length : 1;
    }
    dn_text_take(&repaired, &out);
    return out;
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

const char *dn_plural(long long count)
{
    return count == 1 ? "" : "s";
}

static char to_lower(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter + 'a' - 'A' : letter);
}

bool dn_has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), size = strlen(suffix);
    if (length < size)
        return false;
    name += length - size;
    while (*suffix && to_lower(*name) == *suffix) {
        name++;
        suffix++;
    }
    return *suffix == '\0';
}
