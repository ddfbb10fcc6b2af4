/* SPDX-License-Identifier: MIT */
#include "files/labels.h"

#include "base/text.h"
#include "files/text_file.h"
#include "ui/report.h"

#include <stdlib.h>

/* Splits text into lines in place; returns how many, or more than `most`. */
static int split_lines(char *text, const char **lines, int most)
{
    int count = 0;
    for (const char *line; count <= most && (line = text_file_line(&text)); count++)
        if (count < most)
            lines[count] = line;
    return count;
}

bool labels_read(const char *path, dn_model *model)
{
    int classes = dn_model_arch(model)->classes;
    char *text = text_file_read(path, 1 << 24);
    const char **lines = calloc((size_t)classes, sizeof *lines);
    bool sound = text && (lines || complain("out of memory for %s", path));
    int count = sound ? split_lines(text, lines, classes) : 0;
    if (sound && count != classes)
        sound = complain("%s: has %s%d line%s, the network has %d output%s", path,
                         count > classes ? "more than " : "", count > classes ? classes : count,
                         dn_plural(count > classes ? classes : count), classes, dn_plural(classes));
    if (sound && dn_model_set_labels(model, lines, classes) != DN_OK) {
        refuse();
        sound = false;
    }
    free(lines);
    free(text);
    return sound;
}
