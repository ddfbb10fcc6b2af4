/* SPDX-License-Identifier: MIT */
#include "files/text_file.h"

#include "ui/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

size_t text_file_mark(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    return strncmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
}

/* The whole text, with room for a NUL after it. */
static bool read_all(FILE *stream, const char *path, const text_limit *limit, char **text,
                     size_t *length)
{
    size_t room = 0;
    while (!feof(stream)) {
        if (*length + 1 >= room) {
            room = room ? 2 * room : 4096;
            char *grown = realloc(*text, room);
            if (!grown)
                return complain("out of memory for %s", path);
            *text = grown;
        }
        *length += fread(*text + *length, 1, room - *length - 1, stream);
        if (ferror(stream))
            return complain("%s: cannot be read: %s", path, strerror(errno));
        if (*length > limit->bytes)
            return complain("%s: is larger than %zu bytes, too large for %s", path, limit->bytes,
                            limit->of);
    }
    return true;
}

char *text_file_bytes(FILE *stream, const char *path, const text_limit *limit, size_t *length)
{
    char *text = NULL;
    *length = 0;
    if (!read_all(stream, path, limit, &text, length)) {
        free(text);
        return NULL;
    }
    text[*length] = '\0';
    return text;
}

char *text_file_read(const char *path, size_t most)
{
    const text_limit limit = {most, "such a list"};
    size_t length;
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        complain("%s: cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    char *text = text_file_bytes(stream, path, &limit, &length);
    fclose(stream);
    if (text && memchr(text, '\0', length)) {
        complain("%s: is not a text file", path);
        free(text);
        return NULL;
    }
    if (text) {
        size_t mark = text_file_mark(text);
        memmove(text, text + mark, length - mark + 1);
    }
    return text;
}

char *text_file_line(char **text)
{
    char *line = *text, *end = line + strcspn(line, "\n");
    if (!*line)
        return NULL;
    *text = *end ? end + 1 : end;
    if (end > line && end[-1] == '\r')
        end--;
    *end = '\0';
    return line;
}
