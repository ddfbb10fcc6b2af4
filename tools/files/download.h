/* SPDX-License-Identifier: MIT */
#ifndef TOOL_DOWNLOAD_H
#define TOOL_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

/* A file that is being fetched, and its progress. */
typedef struct download {
    const char *url, *label; /* label: for the progress line and messages */
    int descriptor;          /* of the partial file, open for writing */
    int64_t have;            /* bytes of it that are valid */
} download;

/* Fetches the rest of a file, resuming if the server can, and trying again as
 * long as each attempt makes progress. Complains and returns false if it fails;
 * what has arrived stays in the file. */
bool download_rest(download *d);

#endif
