/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/lost_maps.h"
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

bool dn_is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static dn_status fail_size(const char *path, size_t most)
{
    return most == MOST_WITHOUT_SIZE
               ? dn_fail(DN_ERROR_LIMIT,
                         "%s: goes on past 1 GiB, the most that is read from a pipe or device",
                         path)
               : dn_fail(DN_ERROR_LIMIT,
                         "%s: is larger than %zu bytes, the most that is read of it", path, most);
}

static dn_status grow(const char *path, size_t wanted, unsigned char **data, size_t *capacity)
{
    unsigned char *grown = realloc(*data, wanted ? wanted : 1);
    if (!grown)
        return dn_fail_within(dn_fail_memory(wanted), path);
    *data = grown;
    *capacity = wanted;
    return DN_OK;
}

/* The buffer has room for a byte after what is expected, so that one call more tells the end. */
static dn_status read_pieces(int descriptor, const char *path, size_t expected, size_t most,
                             dn_file_map *map)
{
    unsigned char *data = NULL;
    size_t size = 0, capacity = 0;
    dn_status status = grow(path, expected + 1, &data, &capacity);
    while (status == DN_OK) {
        if (size == capacity)
            status = grow(path, capacity <= most / 2 ? 2 * capacity : most + 1, &data, &capacity);
        ssize_t count = status == DN_OK ? read(descriptor, data + size, capacity - size) : 0;
        if (count < 0 && errno != EINTR)
            status = dn_fail(DN_ERROR_IO, "%s: cannot be read: %s", path, strerror(errno));
        if (count == 0)
            break;
        size += count > 0 ? (size_t)count : 0;
        if (size > most)
            status = fail_size(path, most);
    }
    if (status != DN_OK) {
        free(data);
        return status;
    }
    *map = (dn_file_map){.data = data, .size = size};
    return DN_OK;
}

static dn_status read_descriptor(int descriptor, const char *path, size_t most, dn_file_map *map)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be examined: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return dn_fail(DN_ERROR_IO, "%s: is a folder, a file was expected", path);
    size_t size = S_ISREG(info.st_mode) ? (size_t)info.st_size : 0;
    if (size > most)
        return fail_size(path, most);
    if (size == 0) /* of /proc too */
        return read_pieces(descriptor, path, 65535,
                           most < MOST_WITHOUT_SIZE ? most : MOST_WITHOUT_SIZE, map);
    if (size >> 30 && size > dn_memory_available())
        return dn_fail_within(dn_fail_memory(size), path);
    return read_pieces(descriptor, path, size, most, map);
}

static dn_status map_descriptor(int descriptor, const char *path, size_t most, dn_file_map *map)
{
    struct stat info;
    if (fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        size_t size = (size_t)info.st_size;
        void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        *map = (dn_file_map){.data = data, .size = size, .mapped = true};
        if (data != MAP_FAILED) {
            dn_lost_maps_watch(data, size);
            return DN_OK;
        }
    }
    return read_descriptor(descriptor, path, most, map);
}

typedef dn_status descriptor_reader(int descriptor, const char *path, size_t most,
                                    dn_file_map *map);

static dn_status open_with(descriptor_reader *reader, const char *path, size_t most,
                           dn_file_map *map)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    dn_status status = reader(descriptor, path, most, map);
    close(descriptor);
    return status;
}

dn_status dn_file_map_open(const char *path, dn_file_map *map)
{
    return open_with(map_descriptor, path, DN_FILE_ANY_SIZE, map);
}

dn_status dn_file_read(const char *path, size_t most, dn_file_map *map)
{
    return open_with(read_descriptor, path, most, map);
}

void dn_file_map_close(dn_file_map *map)
{
    if (map->mapped) {
        dn_lost_maps_forget(map->data);
        munmap((void *)map->data, map->size);
    } else {
        free((void *)map->data);
    }
    *map = (dn_file_map){0};
}

dn_status dn_file_map_check(const dn_file_map *map, const char *path)
{
    if (!map->mapped || !dn_lost_maps_has(map->data))
        return DN_OK;
    return dn_fail(DN_ERROR_IO, "%s: was cut short, or could not be read, while it was in use",
                   path);
}

void dn_file_map_forget(const dn_file_map *map)
{
    if (map->mapped)
        madvise((void *)map->data, map->size, MADV_DONTNEED);
}
