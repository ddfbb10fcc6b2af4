/* SPDX-License-Identifier: MIT */
/* The files behind names: published weights, which `densenet pull` fetches, and where
 * they are kept. */
#include "loading/published.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE "https://download.pytorch.org/models/"
#define PUBLISHED(name, digest)                                                                    \
    {                                                                                              \
        name, name "-" digest ".pth", digest, SITE name "-" digest ".pth"                          \
    }

static const dn_published published[] = {
    PUBLISHED("densenet121", "a639ec97"),
    PUBLISHED("densenet161", "8d451a50"),
    PUBLISHED("densenet169", "b2777c0a"),
    PUBLISHED("densenet201", "c1103571"),
};

enum { COUNT = sizeof published / sizeof *published };

const dn_published *dn_published_weights(int index)
{
    return index >= 0 && index < COUNT ? &published[index] : NULL;
}

static const dn_published *find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(published[i].name, name) == 0)
            return &published[i];
    return NULL;
}

static dn_status check_length(int length, size_t size)
{
    if (length >= 0 && (size_t)length < size)
        return DN_OK;
    return dn_fail(DN_ERROR_LIMIT, "the path of a weight file is too long");
}

dn_status dn_cache_folder(char *path, size_t size)
{
    DN_NEED(path);
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return check_length(snprintf(path, size, "%s/densenet", cache), size);
    if (home && home[0])
        return check_length(snprintf(path, size, "%s/.cache/densenet", home), size);
    return dn_fail(DN_ERROR_IO,
                   "neither XDG_CACHE_HOME nor HOME is set, so pulled weights have no place");
}

static dn_status cached_path(const dn_published *weights, char *path, size_t size)
{
    DN_TRY(dn_cache_folder(path, size));
    size_t length = strlen(path);
    return check_length(snprintf(path + length, size - length, "/%s", weights->file),
                        size - length);
}

dn_status dn_weights_path(const char *name, char *path, size_t size)
{
    DN_NEED(name);
    DN_NEED(path);
    const dn_published *weights = find(name);
    if (!weights || access(name, F_OK) == 0)
        return check_length(snprintf(path, size, "%s", name), size);
    DN_TRY(cached_path(weights, path, size));
    if (access(path, F_OK) == 0)
        return DN_OK;
    return dn_fail(DN_ERROR_IO, "%s has not been fetched yet: densenet pull %s", name, name);
}

bool dn_names_builtin(const char *name)
{
    return strcmp(name, "builtin") == 0 && access(name, F_OK) != 0;
}
