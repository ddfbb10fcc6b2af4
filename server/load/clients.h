/* SPDX-License-Identifier: MIT */
/* Clients that ask a server again and again, for --bench. */
#ifndef LOAD_CLIENTS_H
#define LOAD_CLIENTS_H

#include "densenet.h"

#include <sys/socket.h>

typedef struct load {
    const struct sockaddr *address;
    socklen_t address_size;
    const char *picture; /* the file's name, for sentences */
    const void *request; /* head and body, as they are sent */
    size_t request_size;
    int clients;
    double seconds;
} load;

typedef struct load_result {
    double per_second, median, p99, slowest; /* the last three in seconds */
    long answered, refused;                  /* with 200, with anything else */
} load_result;

/* Asks for so many seconds. DN_ERROR_IO if a connection breaks, and, with the server's sentence, if
 * all requests are refused. */
dn_status load_run(const load *asked, load_result *result);

#endif
