/* SPDX-License-Identifier: MIT */
#include "files/fetch_lock.h"

#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* -1 if it cannot; *busy: because another process has it. */
static int try_lock(const char *path, int flags, bool *busy)
{
    *busy = false;
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
            int fault = errno;
            close(descriptor);
            if (fault == EWOULDBLOCK)
                break;
            complain("%s: cannot be locked: %s", path, strerror(fault));
            return -1;
        }
        if (fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 &&
            opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
            return descriptor;
        close(descriptor);
    }
    *busy = true;
    return -1;
}

int fetch_lock(const char *path, int flags)
{
    bool busy;
    int descriptor = try_lock(path, flags, &busy);
    if (busy)
        complain("%s: another densenet pull is fetching it", path);
    return descriptor;
}

int fetch_lock_wait(const char *path, const char *label, bool (*stopping)(void))
{
    for (;;) {
        bool busy;
        int descriptor = try_lock(path, O_RDWR | O_CREAT, &busy);
        if (!busy || (stopping && stopping()))
            return descriptor;
        progress("%s: another process is fetching it", label);
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
}
