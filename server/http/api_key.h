/* SPDX-License-Identifier: MIT */
/* Who may ask. */
#ifndef HTTP_API_KEY_H
#define HTTP_API_KEY_H

#include "densenet.h"
#include "http/exchange.h"

/* Reads a key, the first line of a file; the caller releases *key with free(). */
dn_status key_read(const char *path, char **key);

/* Answers x with 401 unless it carries the server's key, if that has one. */
void key_check(exchange *x);

#endif
