/* SPDX-License-Identifier: MIT */
#include "http/guard.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

struct watched {
    int socket;
    guard_step step;
    double entered;
    bool resting; /* when guard_close_idle last looked */
    struct watched *next, *previous;
};

struct guard {
    pthread_mutex_t lock;
    struct watched *first;
    double seconds;
};

guard *guard_create(double seconds)
{
    guard *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    pthread_mutex_init(&g->lock, NULL);
    g->seconds = seconds;
    return g;
}

struct watched *guard_begin(guard *g, int socket)
{
    struct watched *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    *made = (struct watched){.socket = socket, .step = GUARD_HEAD, .entered = dn_seconds()};
    pthread_mutex_lock(&g->lock);
    made->next = g->first;
    if (g->first)
        g->first->previous = made;
    g->first = made;
    pthread_mutex_unlock(&g->lock);
    return made;
}

void guard_end(guard *g, struct watched *connection)
{
    if (!connection)
        return;
    pthread_mutex_lock(&g->lock);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        g->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&g->lock);
    free(connection);
}

void guard_enter(guard *g, struct watched *connection, guard_step step)
{
    if (!connection)
        return;
    pthread_mutex_lock(&g->lock);
    connection->step = step;
    connection->entered = dn_seconds();
    connection->resting = false;
    pthread_mutex_unlock(&g->lock);
}

/* 1: the client has sent what is not read yet; 0: it has ended its sending, and all has been read;
 * -1: neither. */
static ssize_t look_at(int socket)
{
    char byte;
    return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

static void close_overdue(guard *g)
{
    double before = dn_seconds() - g->seconds;
    pthread_mutex_lock(&g->lock);
    for (const struct watched *at = g->first; at; at = at->next)
        if (at->entered < before && at->step != GUARD_COMPUTING)
            shutdown(at->socket, SHUT_RDWR);
    pthread_mutex_unlock(&g->lock);
}

/* libmicrohttpd does not notice an end that comes with a request's last bytes: it takes a read that
 * was not full for the last until more comes, and epoll reports the end only once. Told again, it
 * closes the connection if the request is not whole. */
static void tell_ends(guard *g)
{
    pthread_mutex_lock(&g->lock);
    for (const struct watched *at = g->first; at; at = at->next)
        if ((at->step == GUARD_HEAD || at->step == GUARD_BODY) && look_at(at->socket) == 0)
            shutdown(at->socket, SHUT_RD);
    pthread_mutex_unlock(&g->lock);
}

void guard_look(guard *g)
{
    tell_ends(g);
    close_overdue(g);
}

void guard_close_idle(guard *g)
{
    pthread_mutex_lock(&g->lock);
    for (struct watched *at = g->first; at; at = at->next) {
        bool rests = at->step == GUARD_HEAD && look_at(at->socket) <= 0;
        if (rests && at->resting)
            shutdown(at->socket, SHUT_RDWR);
        at->resting = rests;
    }
    pthread_mutex_unlock(&g->lock);
}

void guard_free(guard *g)
{
    if (!g)
        return;
    while (g->first)
        guard_end(g, g->first);
    pthread_mutex_destroy(&g->lock);
    free(g);
}
