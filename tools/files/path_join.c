/* SPDX-License-Identifier: MIT */
#include "files/path_join.h"

#include "ui/report.h"

#include <stdio.h>
#include <string.h>

char *path_join(const char *base, const char *name)
{
    char *path;
    size_t length = strlen(base);
    while (length && base[length - 1] == '/')
        length--;
    if (asprintf(&path, "%.*s/%s", (int)length, base, name) >= 0)
        return path;
    complain("out of memory for a path");
    return NULL;
}
