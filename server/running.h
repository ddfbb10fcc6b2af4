/* SPDX-License-Identifier: MIT */
/* A server's parts, started and ended in order. */
#ifndef SERVER_RUNNING_H
#define SERVER_RUNNING_H

#include "context.h"
#include "http/microhttpd.h"
#include "signals.h"

typedef struct running {
    server server;
    struct MHD_Daemon *daemon;
    int socket;
    bool quiesced; /* the socket is ours again */
    char *address, *certificate, *key;
    signals signals;
} running;

/* r->server.options says what is started. On failure dn_last_error() says why, and what was started
 * is to be ended all the same. */
dn_status running_start(running *r);
void running_finish(running *r);

#endif
