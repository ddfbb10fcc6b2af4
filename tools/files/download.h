/* SPDX-License-Identifier: MIT */
#ifndef TOOL_DOWNLOAD_H
#define TOOL_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

/* A file that is being fetched, and its progress. */
typedef struct download {
    const char *url, *label; /* label: for the progress line and messages */
    const char *token;       /* what a hub knows the user by; only for the host of the URL, whose
                                redirections are followed without it. NULL: none */
    bool optional;           /* that there is none (404) is no failure to complain of */
    bool hub;                /* what is locked may be opened by a token */
    int64_t there;           /* size of the file that is there already: if the server's has the
                                same, nothing is fetched; -1: none */
    bool same;               /* set: it has */
    /* Asked from time to time; true ends it without a complaint. NULL: never. */
    bool (*stopping)(void);
    int descriptor;     /* of the partial file, open for writing */
    int64_t have;       /* bytes of it that are valid */
    int64_t most;       /* bytes that it may have; more are refused, and removed */
    const char *advice; /* what ends the sentence about more; "": nothing */
    int seconds;        /* of less than 1 kB/s after which the attempt ends */
    long answer;        /* set to the last answer's HTTP status; 0: there was none */
    char sha256[65];    /* set to what a hub says that the file's is; "": nothing */
    char shown[512];    /* set to what messages say of the URL */
} download;

/* Fetches the rest of a file, resuming if the server can, and trying again as
 * long as each attempt makes progress. Complains and returns false if it fails;
 * what has arrived stays in the file, unless it is too much. */
bool download_rest(download *d);

#endif
