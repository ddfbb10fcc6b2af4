/* SPDX-License-Identifier: MIT */
#include "load/clients.h"

#include "base/clock.h"
#include "base/status.h"
#include "base/thread.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_TIMES = 1 << 16, REPLY_KEPT = 32 << 10, REPLY_ROOM = 64 << 10 };

typedef struct client {
    const load *asked;
    pthread_t thread;
    double until;
    float *times; /* of answers with 200 */
    int count;
    long refused;
    int status; /* of the last that was refused; 0: none was */
    char why[512];
    bool broken;
} client;

typedef struct reply {
    int status; /* 0: the connection broke */
    const char *body;
    size_t size;
} reply;

static bool send_all(int socket, const char *bytes, size_t size)
{
    while (size) {
        ssize_t sent = send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Reads a reply whole, and keeps its beginning. */
static reply read_reply(int socket, char *room)
{
    size_t got = 0, kept = 0;
    const char *end = NULL;
    while (!end) {
        ssize_t count = recv(socket, room + got, REPLY_ROOM - 1 - got, 0);
        if (count <= 0)
            return (reply){0};
        got += (size_t)count;
        room[got] = '\0';
        end = strstr(room, "\r\n\r\n");
    }
    const char *length = strcasestr(room, "content-length:");
    size_t head = (size_t)(end + 4 - room);
    size_t whole = head + (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
    for (kept = got; got < whole;) {
        kept = got < REPLY_KEPT ? got : REPLY_KEPT;
        ssize_t count = recv(socket, room + kept, REPLY_ROOM - REPLY_KEPT, 0);
        if (count <= 0)
            return (reply){0};
        got += (size_t)count;
        kept += (size_t)count;
    }
    return (reply){(int)strtol(room + strlen("HTTP/1.1 "), NULL, 10), room + head, kept - head};
}

static void keep_refusal(client *c, const reply *r)
{
    json_t *said = json_loadb(r->body, r->size, 0, NULL);
    const char *sentence = json_string_value(json_object_get(said, "error"));
    c->refused++;
    c->status = r->status;
    snprintf(c->why, sizeof c->why, "%s", sentence ? sentence : "without a sentence");
    json_decref(said);
}

/* A server may have refused what it has not read to the end. */
static void ask_once(client *c, int socket, char *room)
{
    double began = dn_seconds();
    (void)send_all(socket, c->asked->request, c->asked->request_size);
    reply r = read_reply(socket, room);
    if (r.status == 0)
        c->broken = true;
    else if (r.status != 200)
        keep_refusal(c, &r);
    else if (c->count < MOST_TIMES)
        c->times[c->count++] = (float)(dn_seconds() - began);
}

/* Whether SIGINT or SIGTERM, which the server has blocked, has come. */
static bool is_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

static void *ask(void *context)
{
    client *c = context;
    char *room = malloc(REPLY_ROOM);
    int opened = socket(c->asked->address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    c->broken =
        !room || opened < 0 || connect(opened, c->asked->address, c->asked->address_size) != 0;
    while (!c->broken && !is_interrupted() && dn_seconds() < c->until)
        ask_once(c, opened, room);
    if (opened >= 0)
        close(opened);
    free(room);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static dn_status summarise(const load *asked, const client *clients, load_result *result)
{
    const client *refused = NULL, *broken = NULL;
    *result = (load_result){0};
    for (int i = 0; i < asked->clients; i++) {
        result->answered += clients[i].count;
        result->refused += clients[i].refused;
        if (clients[i].status)
            refused = &clients[i];
        if (clients[i].broken)
            broken = &clients[i];
    }
    if (is_interrupted())
        return dn_fail(DN_ERROR_IO, "interrupted");
    if (!result->answered && refused)
        return dn_fail(DN_ERROR_IO, "%s: the server refuses it with %d: %s", asked->picture,
                       refused->status, refused->why);
    if (broken)
        return dn_fail(DN_ERROR_IO, "a connection of %d broke", asked->clients);
    if (!result->answered)
        return dn_fail(DN_ERROR_IO, "no request was answered in %g s", asked->seconds);
    float *all = malloc((size_t)result->answered * sizeof *all), *to = all;
    if (!all)
        return dn_fail_memory((size_t)result->answered * sizeof *all);
    for (int i = 0; i < asked->clients; i++) {
        memcpy(to, clients[i].times, (size_t)clients[i].count * sizeof *to);
        to += clients[i].count;
    }
    size_t count = (size_t)result->answered;
    qsort(all, count, sizeof *all, by_time);
    result->per_second = (double)count / asked->seconds;
    result->median = (double)all[count / 2];
    result->p99 = (double)all[count * 99 / 100];
    result->slowest = (double)all[count - 1];
    free(all);
    return DN_OK;
}

dn_status load_run(const load *asked, load_result *result)
{
    client *clients = calloc((size_t)asked->clients, sizeof *clients);
    if (!clients)
        return dn_fail_memory((size_t)asked->clients * sizeof *clients);
    double until = dn_seconds() + asked->seconds;
    int started = 0;
    for (; started < asked->clients; started++) {
        client *c = &clients[started];
        *c = (client){.asked = asked, .until = until, .times = malloc(MOST_TIMES * sizeof(float))};
        if (!c->times || dn_start_thread(&c->thread, ask, c) != 0)
            break;
    }
    for (int i = 0; i < started; i++)
        pthread_join(clients[i].thread, NULL);
    dn_status status =
        started == asked->clients
            ? summarise(asked, clients, result)
            : dn_fail(DN_ERROR_MEMORY, "%d clients cannot be started", asked->clients);
    for (int i = 0; i < asked->clients; i++)
        free(clients[i].times);
    free(clients);
    return status;
}
