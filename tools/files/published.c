/* SPDX-License-Identifier: MIT */
#include "files/published.h"

#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const published published_weights[PUBLISHED_COUNT] = {
    {"densenet121", "densenet121-a639ec97.pth", "a639ec97"},
    {"densenet161", "densenet161-8d451a50.pth", "8d451a50"},
    {"densenet169", "densenet169-b2777c0a.pth", "b2777c0a"},
    {"densenet201", "densenet201-c1103571.pth", "c1103571"},
};

const char published_site[] = "https://download.pytorch.org/models/";

const published *published_find(const char *name)
{
    for (int i = 0; i < PUBLISHED_COUNT; i++)
        if (strcmp(published_weights[i].name, name) == 0)
            return &published_weights[i];
    return NULL;
}

bool cache_folder(char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length;
    if (cache && cache[0] == '/')
        length = snprintf(path, size, "%s/densenet", cache);
    else if (home && home[0])
        length = snprintf(path, size, "%s/.cache/densenet", home);
    else
        return complain("neither XDG_CACHE_HOME nor HOME is set, so pulled weights have no place");
    return (size_t)length < size || complain("the cache folder's path is too long");
}

bool cache_path(const published *weights, char *path, size_t size)
{
    if (!cache_folder(path, size))
        return false;
    size_t length = strlen(path);
    int more = snprintf(path + length, size - length, "/%s", weights->file);
    return (size_t)more < size - length || complain("the cache folder's path is too long");
}
