/* SPDX-License-Identifier: MIT */
#include "files/labels.h"

#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Splits text into lines in place, NULL-terminated; returns how many. */
static int split_lines(char *text, const char **lines, int most)
{
    int count = 0;
    for (char *line = text; *line && count <= most;) {
        char *end = line + strcspn(line, "\n"), *next = *end ? end + 1 : end;
        if (end > line && end[-1] == '\r')
            end--;
        *end = '\0';
        if (count < most)
            lines[count] = line;
        count++;
        line = next;
    }
    return count;
}

/* The file as a string; NULL if it has complained. */
static char *read_text(const char *path, size_t most)
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
        complain("%s: is larger than %zu bytes, too large for a list of labels", path, most);
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
    return text;
}

bool labels_read(const char *path, dn_model *model)
{
    int classes = dn_model_arch(model)->classes;
    char *text = read_text(path, 1 << 24);
    const char **lines = calloc((size_t)classes, sizeof *lines);
    bool sound = text && (lines || complain("out of memory for %s", path));
    int count = sound ? split_lines(text, lines, classes) : 0;
    if (sound && count != classes)
        sound = complain("%s: has %s%d lines, the network has %d outputs", path,
                         count > classes ? "more than " : "", count > classes ? classes : count,
                         classes);
    if (sound && dn_model_set_labels(model, lines, classes) != DN_OK) {
        refuse();
        sound = false;
    }
    free(lines);
    free(text);
    return sound;
}
