/* SPDX-License-Identifier: MIT */
/* What all requests share. */
#ifndef SERVER_CONTEXT_H
#define SERVER_CONTEXT_H

#include "http/guard.h"
#include "metrics/access_log.h"
#include "metrics/counters.h"
#include "metrics/traffic.h"
#include "networks/repository.h"
#include "queue/queue.h"
#include "server.h"

#include <stdatomic.h>

typedef struct server {
    const serve_options *options;
    repository *repository;
    queue *queue;
    guard *guard;
    counters general; /* of requests that no network computes */
    traffic traffic;
    access_log *log; /* NULL: none is kept */
    char *api_key;   /* NULL: none is asked for */
    atomic_bool ready, ending;
    atomic_bool abandoned;    /* what is not computed yet is refused */
    atomic_size_t body_bytes; /* of requests that are there */
    atomic_int connections;
    atomic_uint requests; /* that have begun, for their ids */
} server;

#endif
