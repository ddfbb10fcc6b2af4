/* SPDX-License-Identifier: MIT */
#include "files/shard_cache.h"

#include "base/status.h"
#include "base/url.h"
#include "files/same_file.h"
#include "files/sha256.h"

#include <stdio.h>
#include <string.h>

static const char *folder;

const option_row shard_cache_option[] = {
    {"shard-cache", 0, OPTION_FILE, &folder, "DIR",
     "where shards that DATA names by URLs are downloaded to, unless they are there; ranks share "
     "this out",
     0, 0},
    {0},
};

const char *shard_cache_folder(void)
{
    return folder;
}

/* Of the last part of a URL, what any file system takes in names. */
static void plain_name(const char *url, char *name, size_t size)
{
    char shown[512];
    dn_url_shown(url, shown, sizeof shown);
    snprintf(name, size, "%s", base_name(shown));
    for (char *at = name; *at; at++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *at))
            *at = '_';
}

dn_status shard_cache_saved(const char *url, char *path, size_t size, void *context)
{
    char name[100], digest[65];
    sha256 hash;
    (void)context;
    sha256_begin(&hash);
    sha256_add(&hash, url, strlen(url));
    sha256_end(&hash, digest);
    plain_name(url, name, sizeof name);
    if ((size_t)snprintf(path, size, "%s/%.16s-%s", folder, digest, name) >= size)
        return dn_fail(DN_ERROR_LIMIT, "%s: the path is too long", folder);
    return DN_OK;
}

const char *shard_cache_below(const char *path)
{
    size_t length = folder ? strlen(folder) : 0;
    return length && strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1
                                                                               : NULL;
}
