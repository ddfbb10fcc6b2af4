/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_SIZE 4096

static _Thread_local char sentence[SENTENCE_SIZE];

const char *dn_last_error(void)
{
    return sentence;
}

/* The value of a macro as a string. */
#define DN_TEXT(number) DN_TEXT_OF(number)
#define DN_TEXT_OF(number) #number

const char *dn_version(void)
{
    return DN_TEXT(DN_VERSION_MAJOR) "." DN_TEXT(DN_VERSION_MINOR) "." DN_TEXT(DN_VERSION_PATCH);
}

void dn_clean(char *text)
{
    for (int length; *text; text += length ? length : 1) {
        length = dn_control_length(text);
        memset(text, '?', (size_t)length);
    }
}

dn_status dn_fail(dn_status status, const char *format, ...)
{
    char text[SENTENCE_SIZE]; /* an argument may be the old sentence itself */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    dn_clean(text);
    memcpy(sentence, text, sizeof text);
    return status;
}

dn_status dn_fail_within(dn_status status, const char *context)
{
    return dn_fail(status, "%s: %s", context, sentence);
}

dn_status dn_fail_memory(size_t bytes)
{
    return dn_fail(DN_ERROR_MEMORY, "out of memory: %zu bytes could not be allocated", bytes);
}
