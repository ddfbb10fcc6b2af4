/* SPDX-License-Identifier: MIT */
#include "files/fetch.h"

#include "files/copy_file.h"
#include "files/download.h"
#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool fetch_is_url(const char *source)
{
    return strncasecmp(source, "http://", 7) == 0 || strncasecmp(source, "https://", 8) == 0;
}

bool fetch_is_there(const char *path, const checksum *expected)
{
    char said[160];
    struct stat info;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool sound = fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) &&
                 (!checksum_is_known(expected) ||
                  checksum_compare(descriptor, expected, said) == CHECKSUM_AGREES);
    close(descriptor);
    return sound;
}

int fetch_lock(const char *path, int flags)
{
    for (int attempt = 0; attempt < 3; attempt++) {
        struct stat opened, named;
        int descriptor = open(path, flags | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == ENOENT && !(flags & O_CREAT))
            break; /* renamed since it was made */
        if (descriptor < 0) {
            complain("%s: cannot be created: %s", path, strerror(errno));
            return -1;
        }
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            close(descriptor);
            break;
        }
        if (fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 &&
            opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
            return descriptor;
        close(descriptor);
    }
    complain("%s: another densenet pull is fetching it", path);
    return -1;
}

/* What is missing of a part, and the checksum that a hub says the file has. */
static bool fill(fetch *f, int descriptor, int64_t have, char linked[65])
{
    if (!fetch_is_url(f->source))
        return copy_file(f->source, descriptor, f->most, f->optional ? &f->absent : NULL);
    download d = {.url = f->source,
                  .label = f->label,
                  .token = f->token,
                  .optional = f->optional,
                  .descriptor = descriptor,
                  .have = have,
                  .most = f->most,
                  .advice = f->advice,
                  .seconds = f->seconds};
    bool sound = download_rest(&d);
    f->absent = !sound && f->optional && d.answer == 404;
    memcpy(linked, d.sha256, 65);
    return sound;
}

/* The file must be the one that is expected; if it is not, resuming from it would never succeed. */
static bool judge(fetch *f, int descriptor, const char *part, const char *linked)
{
    char said[160];
    checksum expected = f->expected;
    if (!expected.sha256)
        expected.sha256 = linked;
    f->compared = checksum_is_known(&expected);
    if (!f->compared)
        return !f->accept || f->accept(part) || (unlink(part), false);
    checksum_result result = checksum_compare(descriptor, &expected, said);
    if (result == CHECKSUM_UNREAD)
        return complain("%s: cannot be read: %s", part, strerror(errno));
    if (result == CHECKSUM_AGREES)
        return true;
    unlink(part);
    return complain("%s: %s; it was removed", part, said);
}

static bool fetch_part(fetch *f, int descriptor, const char *part, const char *path)
{
    char linked[65] = "", said[160];
    struct stat info;
    bool resumes = checksum_is_known(&f->expected);
    if (fstat(descriptor, &info) != 0 || (!resumes && ftruncate(descriptor, 0) != 0))
        return complain("%s: cannot be examined: %s", part, strerror(errno));
    int64_t have = resumes ? info.st_size : 0;
    bool complete = have > 0 && checksum_compare(descriptor, &f->expected, said) == CHECKSUM_AGREES;
    bool sound = (complete || fill(f, descriptor, have, linked)) &&
                 judge(f, descriptor, part, linked) &&
                 ((fsync(descriptor) == 0 && rename(part, path) == 0) ||
                  complain("%s: cannot be written: %s", path, strerror(errno)));
    if (!sound && (!resumes || (fstat(descriptor, &info) == 0 && info.st_size == 0)))
        unlink(part);
    return sound;
}

bool fetch_file(fetch *f, const char *path)
{
    char *part;
    f->absent = f->compared = false;
    if (asprintf(&part, "%s.part", path) < 0)
        return complain("out of memory for a path");
    int descriptor = fetch_lock(part, O_RDWR | O_CREAT);
    bool sound = descriptor >= 0 && fetch_part(f, descriptor, part, path);
    if (descriptor >= 0)
        close(descriptor);
    free(part);
    return sound;
}
