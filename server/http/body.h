/* SPDX-License-Identifier: MIT */
/* The body of a request, as it arrives and as a route reads it. */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "http/exchange.h"

/* Refuses a body that is too large or coded in an unknown way, by its headers. */
void body_expect(exchange *x);

/* Whether the body of a request that is refused is still received, and dropped: a client that is
 * busy sending may not look for a reply before it is done. Not one that asked first, has very much
 * to send, or leaves open where its body ends. */
bool body_is_drained(const exchange *x);

/* Adds bytes; what cannot be kept is dropped, and x answered. */
void body_add(exchange *x, const void *bytes, size_t count);

/* Undoes the coding, and lets an empty body be bytes, too; if that fails x is answered. */
void body_decode(exchange *x);

/* Gives the room back that the body takes. */
void body_release(exchange *x);

#endif
