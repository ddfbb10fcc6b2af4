/* SPDX-License-Identifier: MIT */
/* Files that are written next to their destination, as PATH.densenet-<16 random digits>.tmp:
 * names that nobody else makes, and none comes twice. Each is locked while its process writes
 * it, on whatever machine that runs. What a killed process left is not: its locks ended with it. */
#include "base/temporary.h"

#include "base/memory.h"
#include "base/status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names may have 255 bytes (NAME_MAX), including what is appended. */
#define MOST_KEPT 200
#define MOST_LINKS 40

static const char mark[] = ".densenet-", ending[] = ".tmp";

/* Names of files that are being written, for a signal's handler. The key is of the file that a
 * place holds: whoever takes it out, the writer that is done or the handler, has the name. */
enum { FREE, TAKEN };
static struct {
    atomic_uint key;
    char name[PATH_MAX];
} written[16];
#define PLACES (sizeof written / sizeof *written)

static bool exchange(size_t place, unsigned from, unsigned to)
{
    return atomic_compare_exchange_strong(&written[place].key, &from, to);
}

/* The last of the random digits of a temporary file's name. */
static unsigned key_of(const char *temporary)
{
    const size_t digits = 7;
    const char *end = temporary + strlen(temporary) - (sizeof ending - 1);
    return TAKEN + 1 + (unsigned)strtoul(end - digits, NULL, 16);
}

static void remember(const char *temporary)
{
    for (size_t i = 0; i < PLACES && strlen(temporary) < PATH_MAX; i++)
        if (exchange(i, FREE, TAKEN)) {
            strcpy(written[i].name, temporary);
            atomic_store(&written[i].key, key_of(temporary));
            return;
        }
}

void dn_temporary_forget(const char *temporary)
{
    for (size_t i = 0; i < PLACES; i++)
        if (exchange(i, key_of(temporary), FREE))
            return;
}

void dn_temporary_remove_all(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        unsigned key = atomic_load(&written[i].key);
        if (key > TAKEN && exchange(i, key, TAKEN))
            unlink(written[i].name);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* How many bytes of a name its temporary files begin with: whole UTF-8 characters. */
static size_t kept_length(const char *name)
{
    size_t length = strlen(name);
    if (length <= MOST_KEPT)
        return length;
    for (length = MOST_KEPT; length > 1 && ((unsigned char)name[length] & 0xC0) == 0x80; length--)
        ;
    return length;
}

static bool is_temporary(const char *entry, const char *name)
{
    size_t length = kept_length(name);
    const size_t digits = 16, begin = sizeof mark - 1;
    const char *at = entry + length;
    return strncmp(entry, name, length) == 0 && strncmp(at, mark, begin) == 0 &&
           strspn(at + begin, "0123456789abcdef") == digits &&
           strcmp(at + begin + digits, ending) == 0;
}

static void remove_unlocked(int folder, const char *entry)
{
    struct stat found;
    int descriptor = openat(folder, entry, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
        return;
    if (fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) &&
        flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, entry, 0);
    close(descriptor);
}

static void remove_leftovers(const char *path)
{
    const char *name = base_name(path);
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *stream = opendir(name > path ? folder : ".");
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_temporary(entry->d_name, name))
            remove_unlocked(dirfd(stream), entry->d_name);
    if (stream)
        closedir(stream);
}

/* Locks a new file; false if another process took it for a leftover just before. Without locks
 * in the file system, none can. */
static bool keep(int descriptor)
{
    struct stat found;
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(descriptor, &found) != 0 || found.st_nlink > 0;
}

/* Unlike mkstemp, gives the file the permissions that the user's umask allows. */
static int open_beside(const char *path, char *temporary, size_t size)
{
    const char *name = base_name(path);
    int length = (int)(name - path) + (int)kept_length(name);
    for (int attempt = 0; attempt < 1000; attempt++) {
        uint64_t random;
        if (getentropy(&random, sizeof random) != 0)
            return -1;
        snprintf(temporary, size, "%.*s%s%016" PRIx64 "%s", length, path, mark, random, ending);
        int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST)
            return -1;
        if (descriptor >= 0 && keep(descriptor))
            return descriptor;
        if (descriptor >= 0)
            close(descriptor);
    }
    errno = EEXIST;
    return -1;
}

dn_status dn_temporary_create(const char *path, char **temporary, int *descriptor)
{
    size_t size = strlen(path) + 48;
    char *name;
    DN_TRY(dn_calloc(size, 1, &name));
    remove_leftovers(path);
    int opened = open_beside(path, name, size);
    if (opened < 0) {
        free(name);
        return dn_fail(DN_ERROR_IO, "%s: cannot be created: %s", path, strerror(errno));
    }
    remember(name);
    *temporary = name;
    *descriptor = opened;
    return DN_OK;
}

/* Resolves a link's text relative to the link's folder. */
static dn_status join(const char *path, const char *text, char **out)
{
    int folder = text[0] == '/' ? 0 : (int)(base_name(path) - path);
    size_t size = (size_t)folder + strlen(text) + 1;
    DN_TRY(dn_calloc(size, 1, out));
    snprintf(*out, size, "%.*s%s", folder, path, text);
    return DN_OK;
}

dn_status dn_link_target(const char *path, char **target)
{
    char *at, text[PATH_MAX];
    DN_TRY(dn_copy_string(path, &at));
    for (int links = 0; links <= MOST_LINKS; links++) {
        char *next;
        ssize_t length = readlink(at, text, sizeof text - 1);
        if (length < 0) {
            *target = at;
            return DN_OK;
        }
        text[length] = '\0';
        dn_status status = join(at, text, &next);
        free(at);
        if (status != DN_OK)
            return dn_fail_within(status, path);
        at = next;
    }
    free(at);
    return dn_fail(DN_ERROR_IO, "%s: cannot be created: its symbolic links form a loop", path);
}
