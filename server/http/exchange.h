/* SPDX-License-Identifier: MIT */
/* A request and its reply. A route reads the one and fills in the other; it never waits for the
 * network. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "densenet.h"
#include "http/microhttpd.h"
#include "queue/job.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    EXCHANGE_MOST_PARTS = 4,
    EXCHANGE_MOST_HEADERS = 6,
    EXCHANGE_ID_SIZE = 65,
    EXCHANGE_GONE = 499 /* a status */
};

typedef struct header {
    const char *name; /* a constant */
    char *value;      /* owned */
} header;

typedef struct exchange {
    struct server *server;
    struct MHD_Connection *connection;
    const struct route *route; /* NULL: none has this path */
    const char *method;
    char *path;
    bool cut;                         /* its query had more than it may, and was removed */
    char *parts[EXCHANGE_MOST_PARTS]; /* the path's segments at question marks of the route's; owned
                                       */
    unsigned char *body;              /* without its coding, once a route has it */
    size_t size, room;
    size_t size_in, size_out;  /* of bodies as they were sent */
    double began;              /* dn_seconds() */
    char id[EXCHANGE_ID_SIZE]; /* the client's X-Request-Id, or our own */
    job job;
    struct network *network; /* that the request is about; held. NULL: none */
    bool submitted;
    int pictures; /* that were computed */
    double decode_seconds, output_seconds;

    /* The reply. */
    bool answered;
    int status;
    const char *type; /* a constant */
    void *reply;      /* owned, released with free(), unless `constant` */
    size_t reply_size;
    bool constant;
    header headers[EXCHANGE_MOST_HEADERS];
    int header_count;
    const char *coding; /* of the reply; NULL: none */
    bool varies;        /* the coding, with what the client accepts */
    bool closing;       /* the connection, once the reply is sent */
} exchange;

/* Of the request; NULL if it is not there. Valid as long as the exchange. In a query a name without
 * a value has the value "". */
const char *exchange_header(const exchange *x, const char *name);
const char *exchange_query(const exchange *x, const char *name);

/* Whether the media type of the body, parameters apart, is this one. */
bool exchange_is_type(const exchange *x, const char *type);

/* Answers with bytes that the exchange then owns, and releases with free(). */
void exchange_reply(exchange *x, int status, const char *type, void *bytes, size_t size);

/* Answers with bytes that are never released. */
void exchange_reply_constant(exchange *x, int status, const char *type, const void *bytes,
                             size_t size);

/* Answers with JSON, which is released. */
void exchange_reply_json(exchange *x, int status, json_t *json);

/* Answers with {"error": sentence}; replaces an answer that was already given. */
void exchange_refuse(exchange *x, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The status of HTTP that goes with the library's. */
int exchange_status_of(dn_status status);

/* Refuses with that, and dn_last_error(). */
void exchange_refuse_status(exchange *x, dn_status status);

/* Adds a header to the reply; bytes that a header may not hold become question marks. */
void exchange_add_header(exchange *x, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the client sends nothing any more: there is no request after this one. */
bool exchange_is_half_closed(const exchange *x);

/* Whether there is no point in computing: its client is gone, its deadline is past, or the server
 * ends before it; x is then answered. */
bool exchange_is_vain(exchange *x);

exchange *exchange_create(struct server *s, struct MHD_Connection *connection, const char *method,
                          const char *path);
void exchange_free(exchange *x);

#endif
