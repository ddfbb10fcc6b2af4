/* SPDX-License-Identifier: MIT */
#include "base/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_leftover(const char *entry, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '.')
        return false;
    char *end;
    long process = strtol(entry + length + 1, &end, 10);
    if (process <= 0 || *end != '-')
        return false;
    end += 1 + strspn(end + 1, "0123456789");
    return strcmp(end, ".tmp") == 0 && kill((pid_t)process, 0) != 0 && errno == ESRCH;
}

void dn_remove_leftovers(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *stream = opendir(slash ? folder : ".");
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_leftover(entry->d_name, name))
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
}
