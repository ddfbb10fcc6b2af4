/* SPDX-License-Identifier: MIT */
#include "commands/commands.h"

#include "densenet.h"
#include "files/download.h"
#include "files/folder.h"
#include "files/sha256.h"
#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    const char *url, *sha256;
    int max_size, timeout;
} chosen = {.max_size = 1000, .timeout = 60};

static const option_row options[] = {
    {"url", 0, OPTION_TEXT, &chosen.url, "URL", "fetch this instead of torchvision's file", 0, 0},
    {"sha256", 0, OPTION_TEXT, &chosen.sha256, "HEX",
     "what its SHA-256 begins with, if not the published one", 0, 0},
    {"max-size", 0, OPTION_INT, &chosen.max_size, "MB", "give up when it is larger (1000)", 1,
     1000000},
    {"timeout", 0, OPTION_INT, &chosen.timeout, "SECONDS",
     "give up after so many at less than 1000 bytes per second (60)", 1, 86400},
    {0},
};

/* Reads a file from its beginning; false if it cannot be read. */
static bool hash_file(int descriptor, char digest[65])
{
    static unsigned char buffer[1 << 16];
    sha256 hash;
    ssize_t count;
    off_t offset = 0;
    sha256_begin(&hash);
    while ((count = pread(descriptor, buffer, sizeof buffer, offset)) > 0) {
        sha256_add(&hash, buffer, (size_t)count);
        offset += count;
    }
    sha256_end(&hash, digest);
    return count == 0;
}

static bool is_expected(const char *digest, const char *beginning)
{
    return strncasecmp(digest, beginning, strlen(beginning)) == 0;
}

/* True if the cache already has the file, intact. */
static bool is_there(const char *path, const char *beginning)
{
    char digest[65];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool sound = hash_file(descriptor, digest) && is_expected(digest, beginning);
    close(descriptor);
    return sound;
}

/* The file must be the published one; if it is not, resuming from it would
 * never succeed. */
static bool keep_if_sound(int descriptor, const char *part, const char *path, const char *beginning)
{
    char digest[65];
    if (!hash_file(descriptor, digest))
        return complain("%s: cannot be read: %s", part, strerror(errno));
    if (!is_expected(digest, beginning)) {
        unlink(part);
        return complain("%s: its SHA-256 begins with %.8s where %s is expected; it was removed",
                        part, digest, beginning);
    }
    if (fsync(descriptor) != 0 || rename(part, path) != 0)
        return complain("%s: cannot be written: %s", path, strerror(errno));
    return true;
}

static bool fetch_into(int descriptor, const dn_published *weights, const char *part,
                       const char *path, const char *beginning)
{
    struct stat info;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
        return complain("%s: another densenet pull is fetching it", part);
    if (fstat(descriptor, &info) != 0)
        return complain("%s: cannot be examined: %s", part, strerror(errno));
    download d = {.url = chosen.url ? chosen.url : weights->url,
                  .label = weights->name,
                  .descriptor = descriptor,
                  .have = info.st_size,
                  .most = (int64_t)chosen.max_size * 1000000,
                  .seconds = chosen.timeout};
    char digest[65];
    bool complete = d.have > 0 && hash_file(descriptor, digest) && is_expected(digest, beginning);
    return (complete || download_rest(&d)) && keep_if_sound(descriptor, part, path, beginning);
}

static bool pull(const dn_published *weights)
{
    char folder[PATH_MAX], path[2 * PATH_MAX], part[2 * PATH_MAX + 8];
    const char *beginning = chosen.sha256 ? chosen.sha256 : weights->sha256;
    if (!ok_or_complain(dn_cache_folder(folder, sizeof folder)) || !folder_make(folder))
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, weights->file);
    if (!is_there(path, beginning)) {
        snprintf(part, sizeof part, "%s.part", path);
        int descriptor = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0)
            return complain("%s: cannot be created: %s", part, strerror(errno));
        struct stat info;
        bool sound = fetch_into(descriptor, weights, part, path, beginning);
        if (!sound && fstat(descriptor, &info) == 0 && info.st_size == 0)
            unlink(part);
        close(descriptor);
        if (!sound)
            return false;
    }
    printf("%s: %s\n", weights->name, path);
    return true;
}

static bool check_digits(const char *hex)
{
    size_t length = strlen(hex);
    return (length >= 8 && length <= 64 && strspn(hex, "0123456789abcdefABCDEF") == length) ||
           complain("--sha256: \"%s\" is not 8 to 64 hexadecimal digits", hex);
}

static bool is_of_one(int count)
{
    const char *option = chosen.url ? "url" : chosen.sha256 ? "sha256" : NULL;
    return count == 1 || !option ||
           complain("pull: --%s is of one file, and %d are asked for", option, count);
}

static const dn_published *find_published(const char *name)
{
    const dn_published *weights;
    for (int i = 0; (weights = dn_published_weights(i)); i++)
        if (strcmp(weights->name, name) == 0)
            break;
    return weights;
}

static int run(int count, char **arguments)
{
    if ((chosen.sha256 && !check_digits(chosen.sha256)) || !is_of_one(count))
        return EXIT_REFUSED;
    for (int i = 0; i < count; i++)
        if (!find_published(arguments[i])) {
            complain("pull: \"%s\" is not published; densenet121, 161, 169 and 201 are",
                     arguments[i]);
            return EXIT_REFUSED;
        }
    for (int i = 0; i < count; i++)
        if (!pull(find_published(arguments[i])))
            return EXIT_REFUSED;
    return EXIT_DONE;
}

const command pull_command = {
    .name = "pull",
    .arguments = "densenet121|densenet161|densenet169|densenet201 ...",
    .summary = "fetch torchvision's published ImageNet weights into the cache",
    .description =
        "The file goes to $XDG_CACHE_HOME/densenet or ~/.cache/densenet, and from then on can be\n"
        "used by its name: --weights densenet121. An interrupted fetch resumes where it stopped;\n"
        "the SHA-256 is checked before the file gets its name. A connection that cannot be made "
        "in\n"
        "30 seconds, a server that hardly sends anything, and a file that is larger than any\n"
        "DenseNet's end it.\n",
    .examples = "  densenet pull densenet121\n"
                "  densenet predict photo.jpg --weights densenet121\n",
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
