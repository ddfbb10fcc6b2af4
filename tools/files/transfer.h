/* SPDX-License-Identifier: MIT */
#ifndef TOOL_TRANSFER_H
#define TOOL_TRANSFER_H

#include "files/curl_library.h"
#include "files/download.h"

#define TRANSFER_LEAST_SPEED 1000 /* bytes per second */

/* One request for what is missing of a download. */
typedef struct transfer {
    download *d;
    CURL *handle;
    bool begun, asked_range;
    bool too_large, page; /* what it sends is refused for */
    int fault;            /* errno of a failed write */
    double started;
    int64_t started_at;
    char message[CURL_ERROR_SIZE];
} transfer;

/* Sends the request and takes what comes. */
CURLcode transfer_perform(transfer *t);

/* The last answer's HTTP status; 0: there was none. */
long transfer_answer(const transfer *t);

#endif
