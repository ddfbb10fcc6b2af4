/* SPDX-License-Identifier: MIT */
/* A folder of its own for a test, and files in it. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "testing.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_root[64];

/* A path in the folder; valid until the eighth call after. */
static inline const char *scratch_path(const char *name)
{
    static char paths[8][1024];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s%s%s", scratch_root, name[0] ? "/" : "", name);
    return path;
}

/* Makes a new folder for each test. */
static inline int scratch_begin(void **state)
{
    (void)state;
    snprintf(scratch_root, sizeof scratch_root, "/tmp/densenet-test-XXXXXX");
    return mkdtemp(scratch_root) ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *info, int kind,
                                 struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline int scratch_end(void **state)
{
    (void)state;
    return nftw(scratch_root, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#define scratch_test(function) cmocka_unit_test_setup_teardown(function, scratch_begin, scratch_end)

/* Makes the folders that a path leads through. */
static inline void scratch_above(const char *name)
{
    const char *path = scratch_path(name);
    for (const char *slash = path + strlen(scratch_root) + 1; (slash = strchr(slash, '/'));
         slash++) {
        char folder[1024];
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdir(folder, 0777);
    }
}

static inline void scratch_folder(const char *name)
{
    scratch_above(name);
    mkdir(scratch_path(name), 0777);
}

/* Makes a file of these bytes, and the folders above it. */
static inline void scratch_file(const char *name, const void *data, size_t size)
{
    scratch_above(name);
    FILE *stream = fopen(scratch_path(name), "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, size, stream), size);
    fclose(stream);
}

static inline void scratch_text(const char *name, const char *text)
{
    scratch_file(name, text, strlen(text));
}

#endif
