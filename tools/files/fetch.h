/* SPDX-License-Identifier: MIT */
/* A file that appears whole or not at all, from a server or a folder. */
#ifndef TOOL_FETCH_H
#define TOOL_FETCH_H

#include "files/checksum.h"

#include <stdint.h>

typedef struct fetch {
    const char *source; /* a URL, or the path of a file */
    const char *label, *token, *advice;
    bool optional; /* that it is not there is no failure to complain of */
    int64_t most;
    int seconds; /* these as of a download */
    checksum expected;
    bool (*accept)(const char *path); /* has the last word on a file of which no checksum is known,
                                         and complains if it refuses; NULL: nobody has */
    bool absent;                      /* set: there is no such file */
    bool compared;                    /* set: a checksum agrees */
} fetch;

/* True if a file is there, and has the checksum if one is known. */
bool fetch_is_there(const char *path, const checksum *expected);

bool fetch_is_url(const char *source);

/* Fetches a file to path, by way of path.part, which one process at a time has. Of a file whose
 * checksum is known a part is resumed. Complains and returns false if it fails; then there is no
 * file, and no part but one that can be resumed. */
bool fetch_file(fetch *f, const char *path);

/* Opens a file (made: O_CREAT | O_RDWR) or folder (O_DIRECTORY) that one process at a time works
 * in, and locks it; again if another process has just renamed it. -1 if it has complained. */
int fetch_lock(const char *path, int flags);

#endif
