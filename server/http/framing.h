/* SPDX-License-Identifier: MIT */
/* Where a request's body ends. */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "http/exchange.h"

/* Refuses x, and closes its connection, if its headers leave room for two opinions about the end
 * of its body (RFC 9112, 6.3): with a proxy of the other opinion in front, a client could slip a
 * request into the connection that carries another's. */
void framing_check(exchange *x);

#endif
