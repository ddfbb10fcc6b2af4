/* SPDX-License-Identifier: MIT */
#include "networks/network_folder.h"

#include "base/file.h"
#include "base/status.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether something in the folder may be a network: a weight file, or a folder with one. */
static bool is_candidate(const char *folder, const char *file, char path[PATH_MAX])
{
    if (file[0] == '.' || snprintf(path, PATH_MAX, "%s/%s", folder, file) >= PATH_MAX)
        return false;
    return dn_is_folder(path) || network_name_is_weights(file);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

dn_status network_folder_each(const char *folder,
                              void (*take)(void *context, const char *name, const char *path),
                              void *context)
{
    struct dirent **files;
    char path[PATH_MAX], name[NETWORK_NAME_SIZE];
    int count = scandir(folder, &files, NULL, by_name);
    if (count < 0)
        return dn_fail(DN_ERROR_IO, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (is_candidate(folder, files[i]->d_name, path)) {
            network_name_of_file(path, name);
            take(context, name, path);
        }
        free(files[i]);
    }
    free(files);
    return DN_OK;
}

typedef struct search {
    const char *name;
    char *path;
    bool found;
} search;

static void compare(void *context, const char *name, const char *path)
{
    search *s = context;
    if (s->found || strcmp(name, s->name) != 0)
        return;
    snprintf(s->path, PATH_MAX, "%s", path);
    s->found = true;
}

bool network_folder_find(const char *folder, const char *name, char path[PATH_MAX])
{
    search s = {name, path, false};
    return network_folder_each(folder, compare, &s) == DN_OK && s.found;
}
