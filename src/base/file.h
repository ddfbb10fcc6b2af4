/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_FILE_H
#define DN_BASE_FILE_H

#include "base/status.h"

#include <stdint.h>
#include <stdio.h>

/* A file's bytes. */
typedef struct dn_file_map {
    const unsigned char *data;
    size_t size;
    bool mapped;
} dn_file_map;

/* Whether a folder has this path; links are followed. */
bool dn_is_folder(const char *path);

/* Maps a file read-only if the system can, else reads it. For files that are too large to be
 * copied, weights and tars: if one is cut short while it is mapped, whoever touches what is gone
 * gets SIGBUS. A program can take it up by dn_lost_maps_replace, and is then told by
 * dn_file_map_check. */
dn_status dn_file_map_open(const char *path, dn_file_map *map);

#define DN_FILE_ANY_SIZE (SIZE_MAX / 4)

/* Reads a file of at most `most` bytes, to its end as it is then. A pipe or device may hold
 * 1 GiB at most. */
dn_status dn_file_read(const char *path, size_t most, dn_file_map *map);

void dn_file_map_close(dn_file_map *map);

/* DN_ERROR_IO if something of the file was gone when it was read, and zeros took its place. */
dn_status dn_file_map_check(const dn_file_map *map, const char *path);

/* Releases the pages already read, which come back from the page cache when they are
 * touched again. Keeps a process small while it walks a large weight file. */
void dn_file_map_forget(const dn_file_map *map);

/* A file that appears whole or not at all: it is written in the folder of its destination,
 * then synced and renamed to it by dn_file_commit. Output for a device or pipe is collected
 * in a file without a name, so that it too is seekable, and sent when it is complete. A
 * write-protected file is refused, even to root. */
typedef struct dn_file_writer {
    FILE *stream;
    char *path;                    /* as it was given */
    char *target;                  /* what its links lead to, which the temporary file replaces */
    char *temporary;               /* NULL before it is created, and once it is renamed */
    FILE *receiver;                /* device or pipe that the bytes are sent to, or NULL */
    struct dn_file_writer *beside; /* of dn_file_create_beside, or NULL */
} dn_file_writer;

dn_status dn_file_create(const char *path, dn_file_writer *writer);
dn_status dn_file_write(dn_file_writer *writer, const void *data, size_t size);

/* A second file, with `ending` after the first's name, without which the first is worth nothing.
 * The first's commit puts it in place before the first, whose predecessor is removed before: at no
 * time does one of the two stand beside an older other. *beside belongs to the first.
 * DN_ERROR_ARGUMENT if that goes to a device or pipe. */
dn_status dn_file_create_beside(dn_file_writer *writer, const char *ending,
                                dn_file_writer **beside);

/* Both release the writer; dn_file_abandon removes what was written. */
dn_status dn_file_commit(dn_file_writer *writer);
void dn_file_abandon(dn_file_writer *writer);

/* True for a device, a pipe, or a stream of this process. */
bool dn_file_is_stream(const char *path);

/* The ending that promises a format, ".png"; NULL if there is none, and for a
 * device or pipe. */
const char *dn_file_ending(const char *path);

#endif
