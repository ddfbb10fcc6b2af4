/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/memory.h"
#include "base/temporary.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device, a pipe, or a stream of this process, which may lead to a file that
 * others hold open: a rename would replace it. */
static bool is_stream(const char *path, const struct stat *found)
{
    static const char *const names[] = {"/dev/std", "/dev/fd/", "/proc/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(path, names[i], strlen(names[i])) == 0)
            return true;
    return !S_ISREG(found->st_mode);
}

bool dn_file_is_stream(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISDIR(found.st_mode) && is_stream(path, &found);
}

const char *dn_file_ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    if (dn_file_is_stream(path))
        return NULL;
    return dot && dot != name && isalpha((unsigned char)dot[1]) ? dot : NULL;
}

/* Refuses what the user cannot have meant to replace: a folder, and a file without write
 * permission for anyone, even if root could write it. */
static dn_status examine_target(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return DN_OK;
    if (S_ISDIR(found.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: is a folder, a file was to be written", path);
    if (S_ISREG(found.st_mode) && !is_stream(path, &found) && (found.st_mode & 0222) == 0)
        return dn_fail(DN_ERROR_IO, "%s: is write-protected", path);
    return DN_OK;
}

static dn_status fail_to_create(const char *path)
{
    return dn_fail(DN_ERROR_IO, "%s: cannot be created: %s", path, strerror(errno));
}

static dn_status open_receiver(dn_file_writer *writer)
{
    int descriptor = open(writer->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    writer->receiver = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (!writer->receiver && descriptor >= 0)
        close(descriptor);
    writer->stream = writer->receiver ? tmpfile() : NULL;
    return writer->stream ? DN_OK : fail_to_create(writer->path);
}

static dn_status open_beside(dn_file_writer *writer)
{
    int descriptor;
    DN_TRY(dn_link_target(writer->path, &writer->target));
    DN_TRY(dn_temporary_create(writer->target, &writer->temporary, &descriptor));
    writer->stream = fdopen(descriptor, "wb");
    if (writer->stream)
        return DN_OK;
    close(descriptor);
    return dn_fail(DN_ERROR_MEMORY, "%s: out of memory", writer->path);
}

dn_status dn_file_create(const char *path, dn_file_writer *writer)
{
    *writer = (dn_file_writer){0};
    DN_TRY(examine_target(path));
    DN_TRY(dn_copy_string(path, &writer->path));
    dn_status status = dn_file_is_stream(path) ? open_receiver(writer) : open_beside(writer);
    if (status != DN_OK)
        dn_file_abandon(writer);
    return status;
}

dn_status dn_file_create_beside(dn_file_writer *writer, const char *ending, dn_file_writer **beside)
{
    dn_text path = {0};
    if (writer->receiver)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: what is written has two files, which a device or pipe cannot take",
                       writer->path);
    char *name;
    dn_text_add(&path, "%s%s", writer->path, ending);
    DN_TRY(dn_text_take(&path, &name));
    dn_status status = dn_calloc(1, sizeof **beside, beside);
    if (status == DN_OK && (status = dn_file_create(name, *beside)) != DN_OK)
        free(*beside);
    if (status == DN_OK)
        writer->beside = *beside;
    free(name);
    return status;
}

static dn_status fail_to_write(const dn_file_writer *writer)
{
    return dn_fail(DN_ERROR_IO, "%s: cannot be written: %s", writer->path, strerror(errno));
}

dn_status dn_file_write(dn_file_writer *writer, const void *data, size_t size)
{
    bool sound = !size || fwrite(data, 1, size, writer->stream) == size;
    return sound ? DN_OK : fail_to_write(writer);
}

/* A rename is on disk only once its folder is. */
static void sync_folder(const char *path)
{
    char *folder;
    if (dn_copy_string(path, &folder) != DN_OK)
        return;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int descriptor = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
    free(folder);
}

static bool is_on_disk(const dn_file_writer *writer)
{
    return fflush(writer->stream) == 0 && fsync(fileno(writer->stream)) == 0;
}

/* Closing the temporary file releases its lock, so it is renamed first. */
static bool rename_to_target(dn_file_writer *writer)
{
    if (rename(writer->temporary, writer->target) != 0)
        return false;
    dn_temporary_forget(writer->temporary);
    free(writer->temporary);
    writer->temporary = NULL;
    sync_folder(writer->target);
    return true;
}

static bool put_in_place(dn_file_writer *writer)
{
    dn_file_writer *beside = writer->beside;
    if (!is_on_disk(writer) || (beside && !is_on_disk(beside)))
        return false;
    if (beside && ((unlink(writer->target) != 0 && errno != ENOENT) || !rename_to_target(beside)))
        return false;
    if (rename_to_target(writer))
        return true;
    if (beside)
        unlink(beside->target);
    return false;
}

/* Copies what was collected for a device or pipe to it. */
static bool send(dn_file_writer *writer)
{
    char piece[65536];
    size_t size;
    rewind(writer->stream);
    while ((size = fread(piece, 1, sizeof piece, writer->stream)) > 0)
        if (fwrite(piece, 1, size, writer->receiver) != size)
            return false;
    return !ferror(writer->stream) && fflush(writer->receiver) == 0;
}

dn_status dn_file_commit(dn_file_writer *writer)
{
    bool sound =
        writer->receiver ? fflush(writer->stream) == 0 && send(writer) : put_in_place(writer);
    dn_status status = sound ? DN_OK : fail_to_write(writer);
    dn_file_abandon(writer);
    return status;
}

void dn_file_abandon(dn_file_writer *writer)
{
    if (writer->beside)
        dn_file_abandon(writer->beside);
    free(writer->beside);
    if (writer->stream)
        fclose(writer->stream);
    if (writer->receiver)
        fclose(writer->receiver);
    if (writer->temporary) {
        unlink(writer->temporary);
        dn_temporary_forget(writer->temporary);
    }
    free(writer->temporary);
    free(writer->target);
    free(writer->path);
    *writer = (dn_file_writer){0};
}
