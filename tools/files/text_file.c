/* SPDX-License-Identifier: MIT */
#include "files/text_file.h"

#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_file_mark(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    return strncmp(text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
}

char *text_file_read(const char *path, size_t most)
{
    FILE *stream = fopen(path, "rb");
    char *text = malloc(most + 2);
    size_t length = stream && text ? fread(text, 1, most + 1, stream) : 0;
    bool sound = false;
    if (!stream || ferror(stream))
        complain("%s: cannot be read: %s", path, strerror(errno));
    else if (!text)
        complain("out of memory for %s", path);
    else if (length > most)
        complain("%s: is larger than %zu bytes, too large for such a list", path, most);
    else if (memchr(text, '\0', length))
        complain("%s: is not a text file", path);
    else
        sound = true;
    if (stream)
        fclose(stream);
    if (!sound) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    size_t mark = text_file_mark(text);
    memmove(text, text + mark, length - mark + 1);
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
