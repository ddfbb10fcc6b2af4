/* SPDX-License-Identifier: MIT */
/* Which files a data set consists of, so that nothing is written over them. */
#include "data/datasets/dataset.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_at(const char *path, const struct stat *wanted)
{
    struct stat found;
    return stat(path, &found) == 0 && found.st_dev == wanted->st_dev &&
           found.st_ino == wanted->st_ino;
}

static bool is_a_sample(const dn_dataset *whole, const struct stat *wanted)
{
    char path[PATH_MAX];
    for (int i = 0; i < whole->count; i++) {
        whole->kind->name(whole, i, path, sizeof path);
        if (is_at(path, wanted))
            return true;
    }
    return false;
}

static bool is_a_file(const dn_dataset *whole, const struct stat *wanted)
{
    const char *path;
    for (int i = 0; (path = whole->kind->file(whole, i)); i++)
        if (is_at(path, wanted))
            return true;
    return false;
}

/* Whether it is a picture in a folder below `root`, or would be. */
static bool would_join(const char *root, const char *path)
{
    enum { HIGHEST = 64 };
    struct stat wanted, top;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!dn_is_picture_name(path) || stat(root, &wanted) != 0 || !S_ISDIR(wanted.st_mode) ||
        stat("/", &top) != 0)
        return false;
    int length = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash + 1 - path) : 2,
                          slash ? path : "./");
    bool below = false;
    for (int i = 0; i < HIGHEST && !below && (size_t)length + 4 < sizeof folder; i++) {
        if (is_at(folder, &top))
            break;
        length += snprintf(folder + length, sizeof folder - (size_t)length, "../");
        below = is_at(folder, &wanted);
    }
    return below;
}

bool dn_dataset_reads(const dn_dataset *dataset, const char *root, const char *path)
{
    struct stat found;
    const dn_dataset *whole = dataset;
    if (!dataset || !root || !path)
        return false;
    while (whole->whole)
        whole = whole->whole;
    if (whole->kind == &dn_folder_kind && would_join(root, path))
        return true;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode))
        return false;
    return is_at(whole->path, &found) ||
           (whole->kind->file ? is_a_file(whole, &found) : is_a_sample(whole, &found));
}
