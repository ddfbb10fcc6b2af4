/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_special(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
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
    *file = (output_file){.path = path};
    int descriptor = is_special(path) ? open(path, O_WRONLY | O_CLOEXEC) : open_beside(file);
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
