/* SPDX-License-Identifier: MIT */
/* The files behind names: published weights, which `densenet pull` fetches, and where
 * they are kept. */
#include "loading/published.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* A folder of that name, a run's perhaps, is not a weight file. */
static bool is_file(const char *name)
{
    struct stat found;
    return stat(name, &found) == 0 && !S_ISDIR(found.st_mode);
}

/* Writes a path made of up to four parts, or nothing. */
static dn_status write_path(char *path, size_t size, const char *const parts[4])
{
    size_t length = 0;
    for (int i = 0; i < 4; i++)
        length += strlen(parts[i]);
    if (length >= size)
        return dn_fail(DN_ERROR_ARGUMENT, "a path of %zu bytes needs more room than %zu", length,
                       size);
    for (int i = 0; i < 4; i++)
        path = stpcpy(path, parts[i]);
    return DN_OK;
}

/* A file's path in the cache; file "": the folder's. */
static dn_status cache_path(const char *file, char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const char *slash = file[0] ? "/" : "";
    if (cache && cache[0] == '/')
        return write_path(path, size, (const char *const[]){cache, "/densenet", slash, file});
    if (home && home[0])
        return write_path(path, size, (const char *const[]){home, "/.cache/densenet", slash, file});
    return dn_fail(DN_ERROR_IO,
                   "neither XDG_CACHE_HOME nor HOME is set, so pulled weights have no place");
}

dn_status dn_cache_folder(char *path, size_t size)
{
    DN_NEED(path);
    return cache_path("", path, size);
}

dn_status dn_weights_path(const char *name, char *path, size_t size)
{
    DN_NEED(name);
    DN_NEED(path);
    const dn_published *weights = find(name);
    char cached[PATH_MAX];
    if (!weights || is_file(name))
        return write_path(path, size, (const char *const[]){name, "", "", ""});
    DN_TRY(cache_path(weights->file, cached, sizeof cached));
    if (!is_file(cached))
        return dn_fail(DN_ERROR_IO, "%s has not been fetched yet: densenet pull %s", name, name);
    return write_path(path, size, (const char *const[]){cached, "", "", ""});
}

bool dn_names_builtin(const char *name)
{
    return strcmp(name, "builtin") == 0 && !is_file(name);
}
