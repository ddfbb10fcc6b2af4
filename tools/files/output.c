/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include "densenet.h"
#include "files/same_file.h"
#include "ui/report.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
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

static bool open_receiver(output_file *file)
{
    int descriptor = open(file->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    file->receiver = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (file->receiver)
        file->stream = tmpfile();
    else if (descriptor >= 0)
        close(descriptor);
    return file->stream || complain("%s: cannot be created: %s", file->path, strerror(errno));
}

static bool open_file(output_file *file)
{
    int descriptor;
    if (!succeeded(dn_link_target(file->path, &file->target)) ||
        !succeeded(dn_temporary_create(file->target, &file->temporary, &descriptor)))
        return false;
    file->stream = fdopen(descriptor, "wb");
    if (!file->stream)
        close(descriptor);
    return file->stream || complain("out of memory for %s", file->path);
}

bool output_create(const char *path, output_file *file)
{
    struct stat found;
    bool exists = stat(path, &found) == 0;
    *file = (output_file){.path = path};
    if (exists && is_protected(&found))
        return complain("%s: is write-protected", path);
    if (exists && is_stream(path, &found) ? open_receiver(file) : open_file(file))
        return true;
    output_abandon(file);
    return false;
}

/* A pipe opened and closed would tell its reader that all has been said. */
bool output_possible(const char *path)
{
    struct stat found;
    output_file file;
    if (stat(path, &found) == 0 && is_stream(path, &found))
        return access(path, W_OK) == 0 ||
               complain("%s: cannot be written: %s", path, strerror(errno));
    if (!output_create(path, &file))
        return false;
    output_abandon(&file);
    return true;
}

const char *output_ending(const char *path)
{
    struct stat found;
    const char *name = base_name(path), *dot = strrchr(name, '.');
    if (stat(path, &found) == 0 && is_stream(path, &found))
        return NULL;
    return dot && dot != name && isalpha((unsigned char)dot[1]) ? dot : NULL;
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
    if (fsync(fileno(file->stream)) != 0 || rename(file->temporary, file->target) != 0)
        return false;
    dn_free(file->temporary);
    file->temporary = NULL;
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
    if (file->temporary)
        unlink(file->temporary);
    dn_free(file->temporary);
    dn_free(file->target);
    *file = (output_file){0};
}
