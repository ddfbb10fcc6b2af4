/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include "ui/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device, a pipe, or a stream of this process, which may lead to a file that
 * others hold open. A rename would replace it. */
static bool is_stream(const char *path, const struct stat *found)
{
    static const char *const names[] = {"/dev/std", "/dev/fd/", "/proc/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(path, names[i], strlen(names[i])) == 0)
            return true;
    return !S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode);
}

/* A file that nobody may write, root included. */
static bool is_protected(const struct stat *found)
{
    return S_ISREG(found->st_mode) && (found->st_mode & 0222) == 0;
}

/* The process that began it was killed: NAME.<process>.tmp, where none has that
 * number any more. */
static bool is_leftover(const char *entry, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '.')
        return false;
    char *end;
    long process = strtol(entry + length + 1, &end, 10);
    return process > 0 && strcmp(end, ".tmp") == 0 && kill((pid_t)process, 0) != 0 &&
           errno == ESRCH;
}

static void remove_leftovers(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *stream = opendir(slash ? folder : ".");
    for (struct dirent *entry; stream && (entry = readdir(stream));)
        if (is_leftover(entry->d_name, name))
            unlinkat(dirfd(stream), entry->d_name, 0);
    if (stream)
        closedir(stream);
}

/* Not mkstemp: the file gets the permissions that the user's umask allows. */
static int open_beside(output_file *file)
{
    size_t size = strlen(file->path) + 32;
    file->temporary = malloc(size);
    if (!file->temporary)
        return -1;
    snprintf(file->temporary, size, "%s.%ld.tmp", file->path, (long)getpid());
    int descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        free(file->temporary);
        file->temporary = NULL;
    }
    return descriptor;
}

static void open_receiver(output_file *file)
{
    int descriptor = open(file->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    file->receiver = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (file->receiver)
        file->stream = tmpfile();
    else if (descriptor >= 0)
        close(descriptor);
}

static void open_file(output_file *file)
{
    int descriptor = open_beside(file);
    file->stream = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (!file->stream && descriptor >= 0)
        close(descriptor);
}

bool output_create(const char *path, output_file *file)
{
    struct stat found;
    bool exists = stat(path, &found) == 0;
    *file = (output_file){.path = path};
    if (exists && is_protected(&found))
        return complain("%s: is write-protected", path);
    if (exists && is_stream(path, &found))
        open_receiver(file);
    else
        open_file(file);
    if (file->stream)
        return true;
    complain("%s: cannot be created: %s", path, strerror(errno));
    output_abandon(file);
    return false;
}

static bool fail_to_write(const output_file *file, int fault)
{
    return complain("%s: cannot be written: %s", file->path, strerror(fault));
}

bool output_write(output_file *file, const void *data, size_t size)
{
    return size == 0 || fwrite(data, 1, size, file->stream) == size || fail_to_write(file, errno);
}

static bool send(output_file *file)
{
    char piece[65536];
    size_t size;
    rewind(file->stream);
    while ((size = fread(piece, 1, sizeof piece, file->stream)) > 0)
        if (fwrite(piece, 1, size, file->receiver) != size)
            return false;
    return !ferror(file->stream) && fflush(file->receiver) == 0;
}

static bool put_in_place(output_file *file)
{
    if (fsync(fileno(file->stream)) != 0 || rename(file->temporary, file->path) != 0)
        return false;
    file->temporary[0] = '\0';
    remove_leftovers(file->path);
    return true;
}

bool output_commit(output_file *file)
{
    bool sound = fflush(file->stream) == 0 && (file->receiver ? send(file) : put_in_place(file));
    if (!sound)
        fail_to_write(file, errno);
    output_abandon(file);
    return sound;
}

void output_abandon(output_file *file)
{
    if (file->stream)
        fclose(file->stream);
    if (file->receiver)
        fclose(file->receiver);
    if (file->temporary && file->temporary[0])
        unlink(file->temporary);
    free(file->temporary);
    *file = (output_file){0};
}
