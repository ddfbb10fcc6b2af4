/* SPDX-License-Identifier: MIT */
#include "http/header_parameter.h"

#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* Copies what is quoted, up to the closing quote or the end, and returns what follows. Paths of
 * Windows come unescaped: a backslash stands for itself unless a quote or another follows. */
static const char *take_quoted(const char *at, char *text, size_t room, size_t *length)
{
    for (*length = 0; *at && *at != '"'; at++) {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        if (*length < room)
            text[*length] = *at;
        ++*length;
    }
    return *at ? at + 1 : at;
}

static const char *take_plain(const char *at, char *text, size_t room, size_t *length)
{
    size_t span = strcspn(at, ";");
    *length = span;
    while (*length && strchr(blanks, at[*length - 1]))
        --*length;
    memcpy(text, at, *length < room ? *length : room);
    return at + span;
}

bool header_parameter(const char *value, const char *name, char *text, size_t room)
{
    const char *at = value + strcspn(value, ";");
    while (*at) {
        at += strspn(at, "; \t");
        size_t span = strcspn(at, "=; \t"), length = 0;
        bool wanted = span == strlen(name) && strncasecmp(at, name, span) == 0;
        at += span + strspn(at + span, blanks);
        if (*at == '=') {
            at += 1 + strspn(at + 1, blanks);
            at = *at == '"' ? take_quoted(at + 1, text, room, &length)
                            : take_plain(at, text, room, &length);
            if (wanted && length < room)
                text[length] = '\0';
            if (wanted)
                return length < room;
        }
        at += strcspn(at, ";");
    }
    return false;
}
