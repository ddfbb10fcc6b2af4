/* SPDX-License-Identifier: MIT */
#include "files/fetch.h"
#include "files/folder.h"
#include "files/path_join.h"
#include "run/pull_source.h"
#include "ui/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

bool pull_is_network(const char *path)
{
    dn_model *model;
    if (dn_model_load(path, NULL, &model) != DN_OK)
        return complain("%s; it was removed", dn_last_error());
    dn_model_free(model);
    return true;
}

/* The publisher's checksum does not hold for what --url names, unless that is the same file. */
static bool fetch_published(const pull_options *options, const dn_published *weights,
                            const char *source, const char *path)
{
    fetch f = {.source = source,
               .label = weights->name,
               .advice = "; --max-size allows more",
               .most = (int64_t)options->max_size * 1000000,
               .seconds = options->timeout,
               .expected = {weights->sha256, weights->md5},
               .accept = pull_is_network};
    if (options->sha256)
        f.expected = (checksum){.sha256 = options->sha256};
    if (fetch_is_there(path, &f.expected))
        return true;
    if (!fetch_file(&f, path))
        return false;
    if (!f.compared)
        complain("%s: %s publishes no checksum; all that was checked is that it is a whole "
                 "DenseNet",
                 weights->name, weights->publisher);
    return true;
}

bool pull_published(const pull_options *options, const dn_published *weights)
{
    char folder[PATH_MAX];
    if (!ok_or_complain(dn_cache_folder(folder, sizeof folder)) || !folder_make(folder))
        return false;
    char *path = path_join(folder, weights->file);
    char *mirrored = options->from ? path_join(options->from, weights->file) : NULL;
    const char *source = options->url ? options->url : mirrored ? mirrored : weights->url;
    bool sound =
        path && (mirrored || !options->from) && fetch_published(options, weights, source, path);
    if (sound)
        printf("%s: %s\n", weights->name, path);
    free(mirrored);
    free(path);
    return sound;
}
