/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device may have no end. */
#define MOST_WITHOUT_SIZE ((size_t)1 << 30)

static dn_status grow(const char *path, unsigned char **data, size_t *capacity)
{
    size_t wanted = *capacity ? *capacity * 2 : 65536;
    if (wanted > MOST_WITHOUT_SIZE)
        return dn_fail(DN_ERROR_LIMIT,
                       "%s: goes on past 1 GiB, the most that is read of a pipe or device", path);
    unsigned char *grown = realloc(*data, wanted);
    if (!grown)
        return dn_fail_within(dn_fail_memory(wanted), path);
    *data = grown;
    *capacity = wanted;
    return DN_OK;
}

/* Pipes and devices have no size to map: read them to the end. */
static dn_status read_whole(int descriptor, const char *path, dn_file_map *map)
{
    size_t capacity = 0, size = 0;
    unsigned char *data = NULL;
    for (;;) {
        dn_status status = size == capacity ? grow(path, &data, &capacity) : DN_OK;
        ssize_t count = status == DN_OK ? read(descriptor, data + size, capacity - size) : -1;
        if (count < 0 && status == DN_OK) {
            if (errno == EINTR)
                continue;
            status = dn_fail(DN_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno));
        }
        if (status != DN_OK) {
            free(data);
            return status;
        }
        if (count == 0)
            break;
        size += (size_t)count;
    }
    *map = (dn_file_map){.data = data, .size = size, .mapped = false};
    return DN_OK;
}

static dn_status map_descriptor(int descriptor, const char *path, dn_file_map *map)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be examined: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: is a folder, a file was expected", path);
    if (!S_ISREG(info.st_mode) || info.st_size == 0)
        return read_whole(descriptor, path, map);
    size_t size = (size_t)info.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED)
        return read_whole(descriptor, path, map);
    *map = (dn_file_map){.data = data, .size = size, .mapped = true};
    return DN_OK;
}

dn_status dn_file_map_open(const char *path, dn_file_map *map)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    dn_status status = map_descriptor(descriptor, path, map);
    close(descriptor);
    return status;
}

void dn_file_map_close(dn_file_map *map)
{
    if (map->mapped)
        munmap((void *)map->data, map->size);
    else
        free((void *)map->data);
    *map = (dn_file_map){0};
}

void dn_file_map_forget(const dn_file_map *map)
{
    if (map->mapped)
        madvise((void *)map->data, map->size, MADV_DONTNEED);
}

/* A stream of this process may lead to a file that others hold open. */
static bool is_stream(const char *path)
{
    static const char *const names[] = {"/dev/std", "/dev/fd/", "/proc/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(path, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Where a rename would replace what the user did not mean to: a device or pipe
 * is written to directly, a file without any write permission is left alone,
 * also by root. */
static dn_status examine_target(const char *path, bool *special)
{
    struct stat found;
    *special = false;
    if (stat(path, &found) != 0)
        return DN_OK;
    if (S_ISDIR(found.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: is a folder, a file was to be written", path);
    *special = !S_ISREG(found.st_mode) || is_stream(path);
    if (!*special && (found.st_mode & 0222) == 0)
        return dn_fail(DN_ERROR_IO, "%s: is write-protected", path);
    return DN_OK;
}

static dn_status open_special(const char *path, int *descriptor)
{
    *descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    return *descriptor >= 0
               ? DN_OK
               : dn_fail(DN_ERROR_IO, "%s: cannot be created: %s", path, strerror(errno));
}

static dn_status open_writer(const char *path, bool special, dn_file_writer *writer)
{
    int descriptor = -1;
    DN_TRY(special ? dn_copy_string(path, &writer->path) : dn_link_target(path, &writer->path));
    DN_TRY(special ? open_special(path, &descriptor)
                   : dn_temporary_create(writer->path, &writer->temporary, &descriptor));
    writer->stream = fdopen(descriptor, "wb");
    if (writer->stream)
        return DN_OK;
    close(descriptor);
    return dn_fail(DN_ERROR_MEMORY, "%s: out of memory", path);
}

dn_status dn_file_create(const char *path, dn_file_writer *writer)
{
    bool special;
    *writer = (dn_file_writer){0};
    DN_TRY(examine_target(path, &special));
    dn_status status = open_writer(path, special, writer);
    if (status != DN_OK)
        dn_file_abandon(writer);
    return status;
}

dn_status dn_file_write(dn_file_writer *writer, const void *data, size_t size)
{
    if (size && fwrite(data, 1, size, writer->stream) != size)
        return dn_fail(DN_ERROR_IO, "%s: cannot be written: %s", writer->path, strerror(errno));
    return DN_OK;
}

/* A rename is on disk only when the folder that holds it is. */
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

/* The lock on the temporary file goes when it is closed: not before its rename. */
static bool put_in_place(dn_file_writer *writer)
{
    if (fsync(fileno(writer->stream)) != 0 || rename(writer->temporary, writer->path) != 0)
        return false;
    free(writer->temporary);
    writer->temporary = NULL;
    sync_folder(writer->path);
    return true;
}

dn_status dn_file_commit(dn_file_writer *writer)
{
    dn_status status = DN_OK;
    /* What went to a device or pipe is there already. */
    if (fflush(writer->stream) != 0 || (writer->temporary && !put_in_place(writer)))
        status = dn_fail(DN_ERROR_IO, "%s: cannot be written: %s", writer->path, strerror(errno));
    dn_file_abandon(writer);
    return status;
}

void dn_file_abandon(dn_file_writer *writer)
{
    if (writer->stream)
        fclose(writer->stream);
    if (writer->temporary)
        unlink(writer->temporary);
    free(writer->temporary);
    free(writer->path);
    *writer = (dn_file_writer){0};
}
