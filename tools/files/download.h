/* SPDX-License-Identifier: MIT */
#ifndef TOOL_DOWNLOAD_H
#define TOOL_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

/* A file that is being fetched, and how far it has come. */
typedef struct download {
    const char *url, *label; /* label: for the progress line and messages */
    int descriptor;          /* of the partial file, open for writing */
    int64_t have;            /* bytes of it that hold */
} download;

/* Fetches the rest of a file, going on from what is there where the server can,
 * and trying again as long as each attempt brings something. Complains and
 * returns false where it fails; what has come so far stays in the file. */
bool download_rest(download *d);

#endif
