/* SPDX-License-Identifier: MIT */
#include "run/data_fingerprint.h"

#include "files/sha256.h"
#include "files/shard_cache.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_SIZES = 10000 };

/* With its 0, so that "a", "bc" is not "ab", "c". */
static void add_text(sha256 *hash, const char *text)
{
    sha256_add(hash, text, strlen(text) + 1);
}

static void add_number(sha256 *hash, long long number)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", number);
    add_text(hash, text);
}

/* The name without the data set's own path, or the cache's; a table's pictures by file and folder.
 */
static const char *name_below(const char *source, const char *name)
{
    size_t length = strlen(source);
    const char *cached = shard_cache_below(name);
    if (cached)
        return cached;
    if (strncmp(name, source, length) == 0)
        return name + length + (name[length] == '/');
    const char *at = strrchr(name, '/');
    while (at && at > name && at[-1] != '/')
        at--;
    return at ? at : name;
}

/* Of the file itself, or of the archive that it is in: "train.tar, cat/3.jpg"; -1: not known. */
static long long size_of_file(char *name)
{
    struct stat info;
    char *comma = NULL;
    if (stat(name, &info) == 0)
        return (long long)info.st_size;
    for (char *at = strstr(name, ", "); at; at = strstr(at + 1, ", "))
        comma = at;
    if (!comma)
        return -1;
    *comma = '\0';
    return stat(name, &info) == 0 ? (long long)info.st_size : -1;
}

/* Classes by name, however they are numbered. */
static void add_label(sha256 *hash, const dn_dataset *data, int sample, float *target)
{
    int class = dn_dataset_class(data, sample);
    if (class >= 0) {
        add_text(hash, dn_dataset_label(data, class));
        return;
    }
    dn_dataset_target(data, sample, target);
    for (int i = 0; i < dn_dataset_outputs(data); i++) {
        char text[32] = "unknown";
        if (!isnan(target[i]))
            snprintf(text, sizeof text, "%.9g", (double)target[i]);
        add_text(hash, text);
    }
}

void data_fingerprint(const dn_dataset *data, char digest[65])
{
    sha256 hash;
    char name[PATH_MAX + 64];
    int count = dn_dataset_count(data), outputs = dn_dataset_outputs(data);
    int step = 1 + (count - 1) / MOST_SIZES;
    float *target = malloc((size_t)outputs * sizeof *target);
    sha256_begin(&hash);
    for (int i = 0; i < outputs; i++)
        add_text(&hash, dn_dataset_label(data, i));
    for (int i = 0; target && i < count; i++) {
        dn_dataset_name(data, i, name, sizeof name);
        add_text(&hash, name_below(dn_dataset_source(data), name));
        add_label(&hash, data, i, target);
        if (i % step == 0)
            add_number(&hash, size_of_file(name));
    }
    sha256_end(&hash, digest);
    if (!target)
        strcpy(digest, "out of memory");
    free(target);
}
