/* SPDX-License-Identifier: MIT */
#include "files/output.h"

#include "ui/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device or pipe, which is written to directly. */
static bool is_special(const struct stat *found)
{
    return !S_ISREG(found->st_mode) && !S_ISDIR(found->st_mode);
}

/* A file that nobody may write, root included. */
static bool is_protected(const struct stat *found)
{
    return S_ISREG(found->st_mode) && (found->st_mode & 0222) == 0;
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

bool output_create(const char *path, output_file *file)
{
    struct stat found;
    bool exists = stat(path, &found) == 0;
    *file = (output_file){.path = path};
    if (exists && is_protected(&found))
        return complain("%s: is write-protected", path);
    int descriptor =
        exists && is_special(&found) ? open(path, O_WRONLY | O_CLOEXEC) : open_beside(file);
    if (descriptor >= 0)
        file->stream = fdopen(descriptor, "wb");
    if (file->stream)
        return true;
    complain("%s: cannot be created: %s", path, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
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

bool output_commit(output_file *file)
{
    bool sound =
        fflush(file->stream) == 0 && (!file->temporary || fsync(fileno(file->stream)) == 0);
    int fault = errno;
    if (fclose(file->stream) != 0 && sound) {
        sound = false;
        fault = errno;
    }
    file->stream = NULL;
    if (sound && file->temporary && rename(file->temporary, file->path) != 0) {
        sound = false;
        fault = errno;
    }
    if (!sound)
        fail_to_write(file, fault);
    else if (file->temporary)
        file->temporary[0] = '\0';
    output_abandon(file);
    return sound;
}

void output_abandon(output_file *file)
{
    if (file->stream)
        fclose(file->stream);
    if (file->temporary && file->temporary[0])
        unlink(file->temporary);
    free(file->temporary);
    *file = (output_file){0};
}
