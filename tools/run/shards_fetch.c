/* SPDX-License-Identifier: MIT */
#include "run/shards_fetch.h"

#include "base/url.h"
#include "densenet.h"
#include "files/fetch.h"
#include "files/folder.h"
#include "files/same_file.h"
#include "files/shard_cache.h"
#include "run/launched.h"
#include "ui/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t largest_shard = 1000000000000;

typedef struct shards {
    char **urls;
    int count, capacity;
    bool failed; /* for want of memory */
    bool (*stopping)(void);
} shards;

/* ---- which ---- */

static void add_url(const char *url, void *context)
{
    shards *all = context;
    if (all->count == all->capacity) {
        int capacity = all->capacity ? 2 * all->capacity : 64;
        char **grown = realloc(all->urls, (size_t)capacity * sizeof *grown);
        all->failed = all->failed || !grown;
        if (!grown)
            return;
        all->urls = grown;
        all->capacity = capacity;
    }
    all->urls[all->count] = strdup(url);
    all->failed = all->failed || !all->urls[all->count];
    all->count += all->urls[all->count] != NULL;
}

static bool list_urls(const char *data, shards *all)
{
    char shown[512];
    dn_url_shown(data, shown, sizeof shown);
    if (dn_url_has_secrets(data))
        return complain("%s: has a user, a password or a query, which a command line shows and a "
                        "run records; a text file that lists URLs may name it",
                        shown);
    return ok_or_complain(dn_dataset_urls(data, add_url, all)) &&
           (!all->failed || complain("%s: out of memory for its URLs", shown));
}

static bool folder_is_as_needed(const shards *all)
{
    char shown[512];
    if (!all->count)
        return !shard_cache_folder() ||
               complain(
                   "--shard-cache %s: is for shards that are named by URLs, and there are none",
                   shard_cache_folder());
    dn_url_shown(all->urls[0], shown, sizeof shown);
    return shard_cache_folder() ? folder_make(shard_cache_folder())
                                : complain("%s: is a URL; --shard-cache DIR is where its shard is "
                                           "to be downloaded to",
                                           shown);
}

/* ---- downloads ---- */

static bool fetch_one(const shards *all, int index)
{
    char path[PATH_MAX], shown[512], label[600];
    const char *url = all->urls[index];
    dn_url_shown(url, shown, sizeof shown);
    snprintf(label, sizeof label, "%s, %d of %d", base_name(shown), index + 1, all->count);
    fetch f = {.source = url,
               .label = label,
               .advice = "",
               .most = largest_shard,
               .seconds = 60,
               .stopping = all->stopping,
               .shared = true};
    if (!ok_or_complain(shard_cache_saved(url, path, sizeof path, NULL)))
        return false;
    bool sound = fetch_file(&f, path);
    if (!sound && all->stopping && all->stopping())
        complain("%s: a signal stopped its download; the same command goes on with it", shown);
    return sound;
}

/* Of the URLs, each is in one rank's share. */
static bool fetch_share(const shards *all)
{
    bool sound = true;
    for (int i = launched_rank(); i < all->count && sound; i += launched_count())
        sound = fetch_one(all, i);
    return sound;
}

/* What other ranks downloaded may lie on other machines. */
static bool fetch_lacking(const shards *all)
{
    char path[PATH_MAX];
    const checksum any = {0};
    bool sound = true;
    for (int i = 0; i < all->count && sound; i++)
        sound = ok_or_complain(shard_cache_saved(all->urls[i], path, sizeof path, NULL)) &&
                (fetch_is_there(path, &any) || fetch_one(all, i));
    return sound;
}

bool shards_fetch(const char *const *data, int count, bool (*stopping)(void))
{
    shards all = {.stopping = stopping};
    bool sound = true;
    for (int i = 0; i < count && sound; i++)
        sound = !data[i] || list_urls(data[i], &all);
    sound = sound && folder_is_as_needed(&all);
    sound = launched_agree(sound && fetch_share(&all)) && launched_agree(fetch_lacking(&all));
    for (int i = 0; i < all.count; i++)
        free(all.urls[i]);
    free(all.urls);
    return sound;
}
