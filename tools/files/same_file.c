/* SPDX-License-Identifier: MIT */
#include "files/same_file.h"

#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool folder_stat(const char *path, struct stat *found)
{
    const char *base = base_name(path);
    char *folder = base == path ? strdup(".") : strndup(path, (size_t)(base - path));
    bool there = folder && stat(folder, found) == 0;
    free(folder);
    return there;
}

bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Through any names and links; for two files that do not exist yet, by folder and
 * name. Devices and pipes cannot be overwritten. */
static bool same_file(const char *a, const char *b)
{
    struct stat first, second;
    bool there = stat(a, &first) == 0;
    if (there != (stat(b, &second) == 0))
        return false;
    if (there)
        return S_ISREG(first.st_mode) && same_inode(&first, &second);
    return strcmp(base_name(a), base_name(b)) == 0 && folder_stat(a, &first) &&
           folder_stat(b, &second) && same_inode(&first, &second);
}

bool output_is_distinct(const char *output, const char *other)
{
    return !output || !other || !same_file(output, other) ||
           complain("%s: this command already reads or writes it: it would be overwritten", output);
}
