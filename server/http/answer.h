/* SPDX-License-Identifier: MIT */
/* From a request that is complete to its reply. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "http/exchange.h"

/* Finds the route and the network, and refuses what needs no body to be refused: an address that
 * is not there, a missing key. */
void answer_begin(exchange *x);

/* Answers at once, or puts the request in the queue, whose threads answer it with answer_job and
 * then resume its connection, which the caller has suspended. */
void answer_now(exchange *x);
void answer_queue(exchange *x);
void answer_job(job *taken);

/* Counts the request and writes it down, at its end. sent: whether the client took the reply. */
void answer_end(exchange *x, bool sent);

#endif
