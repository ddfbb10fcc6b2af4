/* SPDX-License-Identifier: MIT */
/* Who may ask. */
#ifndef HTTP_API_KEY_H
#define HTTP_API_KEY_H

#include "densenet.h"
#include "http/exchange.h"

#include <sys/socket.h>

/* Reads a key, the first line of a file; the caller releases *key with free(). */
dn_status key_read(const char *path, char **key);

/* Answers x with 401 unless it carries the server's key, if that has one. */
void key_check(exchange *x);

/* Writes a client's address; leaves the text as it is if there is none. */
void key_address(const struct sockaddr *address, char *text, size_t size);

#endif
