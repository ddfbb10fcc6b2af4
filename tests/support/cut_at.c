/* SPDX-License-Identifier: MIT */
/* Preloaded into a program, cuts the file CUT_FILE to CUT_TO bytes at the worst moment: when
 * its size is known, before its bytes are read, or just after it was mapped. */
#include "preloaded.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static void cut(int descriptor)
{
    static bool done;
    struct stat wanted, found;
    const char *path = getenv("CUT_FILE"), *size = getenv("CUT_TO");
    if (done || !path || !size || stat(path, &wanted) != 0 || fstat(descriptor, &found) != 0 ||
        wanted.st_ino != found.st_ino || wanted.st_dev != found.st_dev)
        return;
    done = true;
    if (truncate(path, atol(size)) != 0)
        abort();
}

ssize_t read(int descriptor, void *data, size_t size)
{
    ssize_t (*real)(int, void *, size_t);
    find_real("read", &real, sizeof real);
    cut(descriptor);
    return real(descriptor, data, size);
}

ssize_t pread(int descriptor, void *data, size_t size, off_t offset)
{
    ssize_t (*real)(int, void *, size_t, off_t);
    find_real("pread", &real, sizeof real);
    cut(descriptor);
    return real(descriptor, data, size, offset);
}

void *mmap(void *at, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t);
    find_real("mmap", &real, sizeof real);
    void *mapped = real(at, size, protection, flags, descriptor, offset);
    if (descriptor >= 0)
        cut(descriptor);
    return mapped;
}
