/* SPDX-License-Identifier: MIT */
#include "files/named_numbers.h"

#include "arguments/options.h"
#include "files/text_file.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Takes the quotes off a name, in place. */
static char *unquoted(char *name)
{
    size_t length = strlen(name);
    if (length < 2 || name[0] != '"' || name[length - 1] != '"')
        return name;
    char *to = name;
    for (const char *from = name + 1; from < name + length - 1; from++) {
        *to++ = *from;
        from += from[0] == '"' && from[1] == '"' && from + 1 < name + length - 1;
    }
    *to = '\0';
    return name;
}

static int find(const char *const *names, int count, const char *name)
{
    int i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* Splits a line at its last comma; without one, it is a name. */
static bool split(char *line, char **name, double *number)
{
    char *comma = strrchr(line, ',');
    if (comma)
        *comma = '\0';
    *name = unquoted(line);
    return comma && option_number(comma + 1, number);
}

static bool read_lines(const char *path, char *text, const char *const *names, int count,
                       double *numbers)
{
    char *line, *name;
    for (int number = 1; (line = text_file_line(&text)); number++) {
        double value;
        if (!*line)
            continue;
        bool sound = split(line, &name, &value);
        int i = find(names, count, name);
        if (!sound && number == 1 && i == count)
            continue;
        if (!sound)
            return complain("%s: line %d is not NAME,NUMBER", path, number);
        if (i == count)
            return complain("%s: line %d: \"%s\" is not one of the data's names", path, number,
                            name);
        if (!isnan(numbers[i]))
            return complain("%s: line %d: \"%s\" has a number already", path, number, name);
        numbers[i] = value;
    }
    for (int i = 0; i < count; i++)
        if (isnan(numbers[i]))
            return complain("%s: has no number for \"%s\"", path, names[i]);
    return true;
}

bool named_numbers_read(const char *path, const char *const *names, int count, double *numbers)
{
    char *text = text_file_read(path, 1 << 24);
    if (!text)
        return false;
    for (int i = 0; i < count; i++)
        numbers[i] = (double)NAN;
    bool sound = read_lines(path, text, names, count, numbers);
    free(text);
    return sound;
}
