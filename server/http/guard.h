/* SPDX-License-Identifier: MIT */
/* Closes connections that libmicrohttpd would leave open: those that take too long over a step,
 * however small the pieces in which they come or go, since its own time limit begins anew with each
 * byte; and those that were broken off. */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

typedef enum guard_step {
    GUARD_HEAD, /* between requests, or in the head of one */
    GUARD_BODY,
    GUARD_COMPUTING, /* no limit: the client waits for us */
    GUARD_REPLY
} guard_step;

typedef struct guard guard;

/* seconds: that a step may take. */
guard *guard_create(double seconds);

/* A connection begins, with its socket, and ends before the socket is closed. The result is NULL
 * if there is no memory. */
struct watched *guard_begin(guard *g, int socket);
void guard_end(guard *g, struct watched *connection);

void guard_enter(guard *g, struct watched *connection, guard_step step);

/* Closes what is overdue, and what its client has left in the middle of a request; to be called
 * every now and then. */
void guard_look(guard *g);

/* Closes connections that also waited for a request at the call before. A call a little earlier
 * does not cut off requests whose bytes have come and are not looked at yet. */
void guard_close_idle(guard *g);

void guard_free(guard *g);

#endif
