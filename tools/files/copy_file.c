/* SPDX-License-Identifier: MIT */
#include "files/copy_file.h"

#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool copy_rest(const char *source, int from, int to, int64_t most)
{
    static char buffer[1 << 16];
    ssize_t count;
    int64_t copied = 0;
    while ((count = pread(from, buffer, sizeof buffer, copied)) > 0) {
        if (copied + count > most)
            return complain("%s: has more than %lld MB, which are not copied", source,
                            (long long)most / 1000000);
        if (pwrite(to, buffer, (size_t)count, copied) != count)
            return complain("%s: its copy cannot be written: %s", source, strerror(errno));
        copied += count;
    }
    return count == 0 || complain("%s: cannot be read: %s", source, strerror(errno));
}

bool copy_file(const char *source, int descriptor, int64_t most, bool *absent)
{
    struct stat info;
    int from = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from < 0 && absent && errno == ENOENT) {
        *absent = true;
        return false;
    }
    if (from < 0)
        return complain("%s: cannot be opened: %s", source, strerror(errno));
    bool sound = (fstat(from, &info) == 0 && S_ISREG(info.st_mode)) ||
                 complain("%s: is not a regular file", source);
    sound = sound && ((ftruncate(descriptor, 0) == 0) ||
                      complain("%s: its copy cannot be written: %s", source, strerror(errno)));
    sound = sound && copy_rest(source, from, descriptor, most);
    close(from);
    return sound;
}
