/* SPDX-License-Identifier: MIT */
/* The HTTP server. */
#ifndef HTTP_DAEMON_H
#define HTTP_DAEMON_H

#include "densenet.h"

struct server;
struct MHD_Daemon;

/* Starts to answer at a socket. certificate, key: PEM, or NULL. */
dn_status daemon_start(struct server *s, int socket, const char *certificate, const char *key,
                       struct MHD_Daemon **started);

/* Accepts no more connections; those that there are go on. The socket is then the caller's to
 * close, after daemon_stop: the daemon's thread may still look at it. */
void daemon_quiesce(struct MHD_Daemon *running);

void daemon_stop(struct MHD_Daemon *running);

#endif
