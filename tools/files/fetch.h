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
    bool hub;
    int64_t most;
    int seconds;
    bool (*stopping)(void); /* these as of a download */
    bool shared; /* several processes want it: each waits for the others, and takes what is there if
                    it has the server's size; a signal that ends the program removes the part */
    checksum expected;
    bool (*accept)(const char *path); /* has the last word on a file of which no checksum is known,
                                         and complains if it refuses; NULL: nobody has */
    bool absent;                      /* set: there is no such file */
    bool compared;                    /* set: a checksum agrees */
    bool same;                        /* set: it was there */
} fetch;

/* True if a file is there, and has the checksum if one is known. */
bool fetch_is_there(const char *path, const checksum *expected);

/* Fetches a file to path, by way of path.part, which one process at a time has. Of a file whose
 * checksum is known a part is resumed. Complains and returns false if it fails; then there is no
 * file, and no part but one that can be resumed. */
bool fetch_file(fetch *f, const char *path);

#endif
