/* SPDX-License-Identifier: MIT */
#include "files/folder.h"

#include "ui/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool make_one(const char *path)
{
    struct stat found;
    if (mkdir(path, 0777) == 0)
        return true;
    int fault = errno;
    if (stat(path, &found) != 0)
        return complain("%s: cannot be created: %s", path, strerror(fault));
    return S_ISDIR(found.st_mode) || complain("%s: is a file, a folder is expected", path);
}

bool folder_make(const char *path)
{
    char *part = strdup(path);
    bool sound = part || complain("out of memory for the folder %s", path);
    for (char *slash = part; sound && *slash && (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        sound = make_one(part);
        *slash = '/';
    }
    sound = sound && make_one(path);
    free(part);
    return sound;
}

bool folder_not_file(const char *path)
{
    struct stat found;
    return stat(path, &found) != 0 || S_ISDIR(found.st_mode) ||
           complain("%s: is a file, the folder of a run is expected", path);
}
