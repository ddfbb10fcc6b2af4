/* SPDX-License-Identifier: MIT */
#include "run/pull_part.h"

#include "files/fetch_lock.h"
#include "files/folder.h"
#include "ui/report.h"
#include "ui/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Nothing else is in the folder. Of each, what is being fetched of it comes after it. */
static const char *const names[] = {
    PULL_CONFIG,      PULL_CONFIG ".part",      PULL_PROCESSOR, PULL_PROCESSOR ".part",
    PULL_SAFETENSORS, PULL_SAFETENSORS ".part", PULL_PICKLE,    PULL_PICKLE ".part",
};
enum { NAMES = sizeof names / sizeof *names };

/* Whole, since a signal's handler cannot put them together. */
static char folder_path[PATH_MAX], paths[NAMES][PATH_MAX + 40];

void pull_part_remove(void)
{
    for (int i = 0; i < NAMES; i++)
        unlink(paths[i]);
    rmdir(folder_path);
}

static bool is_part(const char *name)
{
    return strcmp(name + strlen(name) - strlen(".part"), ".part") == 0;
}

static bool name_all(const char *path)
{
    if (strlen(path) >= sizeof folder_path)
        return complain("%s: the path is too long", path);
    strcpy(folder_path, path);
    for (int i = 0; i < NAMES; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", path, names[i]);
    return true;
}

int pull_part_begin(const char *path, bool resumes)
{
    int lock = name_all(path) && folder_make(path) ? fetch_lock(path, O_RDONLY | O_DIRECTORY) : -1;
    if (lock < 0)
        return -1;
    stop_signals_also(pull_part_remove);
    for (int i = 0; i < NAMES; i++)
        if (!resumes || !is_part(names[i]))
            unlink(paths[i]);
    return lock;
}

bool pull_part_keep(const char *path, const char *folder)
{
    for (int i = 0; i < NAMES; i++)
        if (is_part(names[i]))
            unlink(paths[i]);
    return rename(path, folder) == 0 ||
           complain("%s: cannot be written: %s", folder, strerror(errno));
}

void pull_part_end(int lock)
{
    stop_signals_also(NULL);
    close(lock);
}
