/* SPDX-License-Identifier: MIT */
#include "files/fetch.h"

#include "base/url.h"
#include "files/copy_file.h"
#include "files/download.h"
#include "files/fetch_lock.h"
#include "ui/report.h"
#include "ui/stop_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static char shared_part[PATH_MAX]; /* whole, for a signal's handler */

static void remove_shared_part(void)
{
    unlink(shared_part);
}

static int lock_shared(const fetch *f, const char *part)
{
    int descriptor = fetch_lock_wait(part, f->label, f->stopping);
    if (descriptor >= 0) {
        snprintf(shared_part, sizeof shared_part, "%s", part);
        stop_signals_also(remove_shared_part);
    }
    return descriptor;
}

static int64_t size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? info.st_size : -1;
}

/* What is missing of a part, and the checksum that a hub says the file has. */
static bool fill(fetch *f, const char *path, int descriptor, int64_t have, char linked[65])
{
    if (!dn_is_http_url(f->source))
        return copy_file(f->source, descriptor, f->most, f->optional ? &f->absent : NULL);
    download d = {.url = f->source,
                  .label = f->label,
                  .token = f->token,
                  .optional = f->optional,
                  .hub = f->hub,
                  .there = f->shared ? size_of(path) : -1,
                  .stopping = f->stopping,
                  .descriptor = descriptor,
                  .have = have,
                  .most = f->most,
                  .advice = f->advice,
                  .seconds = f->seconds};
    bool sound = download_rest(&d);
    f->absent = !sound && f->optional && d.answer == 404;
    f->same = d.same;
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
    bool sound = complete || fill(f, path, descriptor, have, linked);
    if (sound && !f->same)
        sound = judge(f, descriptor, part, linked) &&
                ((fsync(descriptor) == 0 && rename(part, path) == 0) ||
                 complain("%s: cannot be written: %s", path, strerror(errno)));
    if (f->same || (!sound && (!resumes || (fstat(descriptor, &info) == 0 && info.st_size == 0))))
        unlink(part);
    return sound;
}

bool fetch_file(fetch *f, const char *path)
{
    char *part;
    f->absent = f->compared = f->same = false;
    if (asprintf(&part, "%s.part", path) < 0)
        return complain("out of memory for a path");
    int descriptor = f->shared ? lock_shared(f, part) : fetch_lock(part, O_RDWR | O_CREAT);
    bool sound = descriptor >= 0 && fetch_part(f, descriptor, part, path);
    if (f->shared)
        stop_signals_also(NULL);
    if (descriptor >= 0)
        close(descriptor);
    free(part);
    return sound;
}
