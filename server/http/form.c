/* SPDX-License-Identifier: MIT */
#include "http/form.h"

#include "http/header_parameter.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NEWLINE = 2 }; /* bytes with which a delimiter begins, but for one that begins the body */

bool form_open(form *f, const char *content_type, const void *body, size_t size)
{
    char boundary[FORM_MOST_BOUNDARY + 1];
    if (!header_parameter(content_type, "boundary", boundary, sizeof boundary) || !boundary[0])
        return false;
    *f = (form){.at = body, .end = (const char *)body + size};
    f->delimiter_length = (size_t)snprintf(f->delimiter, sizeof f->delimiter, "\r\n--%s", boundary);
    return true;
}

/* Moves past the rest of the line of a delimiter. False if it is none: other bytes follow, as of a
 * line that only begins like it. */
static bool end_delimiter(form *f, const char *at)
{
    f->last = f->end - at >= 2 && memcmp(at, "--", 2) == 0;
    while (!f->last && at < f->end && (*at == ' ' || *at == '\t'))
        at++;
    if (!f->last && at < f->end && *at == '\r')
        at++;
    if (!f->last && (at == f->end || *at != '\n'))
        return false;
    f->at = at + 1;
    return true;
}

/* Moves past the next delimiter, and returns where it begins; NULL if there is none. */
static const char *skip_delimiter(form *f)
{
    for (const char *from = f->at; from < f->end; from++) {
        from = memmem(from, (size_t)(f->end - from), f->delimiter, f->delimiter_length);
        if (!from)
            return NULL;
        if (end_delimiter(f, from + f->delimiter_length))
            return from;
    }
    return NULL;
}

static bool begin(form *f)
{
    size_t length = f->delimiter_length - NEWLINE;
    f->begun = true;
    if ((size_t)(f->end - f->at) >= length && memcmp(f->at, f->delimiter + NEWLINE, length) == 0 &&
        end_delimiter(f, f->at + length))
        return true;
    return skip_delimiter(f) != NULL;
}

/* Reads the lines up to an empty one. A line that begins with a blank continues the one before. */
static bool take_head(form *f, char head[FORM_MOST_HEAD])
{
    size_t used = 0;
    for (;;) {
        const char *line = f->at;
        const char *newline = memchr(line, '\n', (size_t)(f->end - line));
        if (!newline)
            return false;
        f->at = newline + 1;
        size_t length = (size_t)(newline - line);
        length -= length && newline[-1] == '\r';
        if (!length)
            break;
        if (used + length + 2 > FORM_MOST_HEAD || memchr(line, '\0', length))
            return false;
        used -= used && (*line == ' ' || *line == '\t');
        memcpy(head + used, line, length);
        used += length;
        head[used++] = '\0';
    }
    head[used] = '\0';
    return true;
}

static const char *find_field(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (; *head; head += strlen(head) + 1)
        if (strncasecmp(head, name, length) == 0 && head[length] == ':')
            return head + length + 1 + strspn(head + length + 1, " \t");
    return NULL;
}

form_step form_next(form *f, form_part *part)
{
    if (!f->begun && !begin(f))
        return FORM_DAMAGED;
    if (f->last)
        return FORM_END;
    if (!take_head(f, part->head))
        return FORM_DAMAGED;
    const char *bytes = f->at, *end = skip_delimiter(f);
    if (!end)
        return FORM_DAMAGED;
    const char *named = find_field(part->head, "Content-Disposition");
    if (!named || !header_parameter(named, "name", part->field, sizeof part->field))
        part->field[0] = '\0';
    part->has_file = named && header_parameter(named, "filename", part->file, sizeof part->file);
    part->type = find_field(part->head, "Content-Type");
    part->bytes = bytes;
    part->size = (size_t)(end - bytes);
    return FORM_PART;
}
