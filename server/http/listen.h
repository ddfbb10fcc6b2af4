/* SPDX-License-Identifier: MIT */
/* The socket that a server listens on. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "densenet.h"

/* Opens "ADDRESS:PORT", "[ADDRESS]:PORT", "PORT" (of 127.0.0.1) or "unix:PATH"; or takes the one
 * that systemd has opened, if it has (sd_listen_fds(3)). Port 0: any that is free. *address is
 * where it can be reached, as "http://127.0.0.1:8000" or "unix:PATH"; the caller releases it with
 * free(). scheme: "http" or "https". */
dn_status listen_open(const char *where, const char *scheme, int *socket, char **address);

/* Lets clients be refused from now on, unless the socket is systemd's, where they wait for the next
 * server. It stays open. */
void listen_stop(int socket);

/* Removes the file of a Unix socket that listen_open made. */
void listen_close(const char *where);

#endif
