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
                       "%s: goes on past 1 GiB, the most that is read from a pipe or device", path);
    unsigned char *grown = realloc(*data, wanted);
    if (!grown)
        return dn_fail_within(dn_fail_memory(wanted), path);
    *data = grown;
    *capacity = wanted;
    return DN_OK;
}

/* Reads a pipe or device, which has no size to map, to its end. */
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
