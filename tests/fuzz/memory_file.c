/* SPDX-License-Identifier: MIT */
#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_FILES = 4 };

static char folder[] = "/tmp/densenet-fuzz-XXXXXX";

/* Each path is a link to a file that has no name. */
static struct {
    char path[128];
    const char *name;
    int file;
} files[MOST_FILES];

static int count;

static void remove_folder(void)
{
    for (int i = 0; i < count; i++)
        unlink(files[i].path);
    rmdir(folder);
}

const char *memory_folder(void)
{
    static int made;
    if (!made && (!mkdtemp(folder) || atexit(remove_folder) != 0))
        abort();
    made = 1;
    return folder;
}

static void create(const char *name)
{
    char target[64];
    if (count == MOST_FILES)
        abort();
    files[count].name = name;
    files[count].file = memfd_create(name, MFD_CLOEXEC);
    snprintf(files[count].path, sizeof files->path, "%s/%s", memory_folder(), name);
    snprintf(target, sizeof target, "/proc/self/fd/%d", files[count].file);
    if (files[count].file < 0 || symlink(target, files[count].path) != 0)
        abort();
    count++;
}

const char *memory_file(const char *name, const void *data, size_t size)
{
    int i = 0;
    while (i < count && strcmp(files[i].name, name) != 0)
        i++;
    if (i == count)
        create(name);
    if (ftruncate(files[i].file, 0) != 0 || pwrite(files[i].file, data, size, 0) != (ssize_t)size)
        abort();
    return files[i].path;
}
