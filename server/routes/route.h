/* SPDX-License-Identifier: MIT */
/* The table of addresses. */
#ifndef ROUTES_ROUTE_H
#define ROUTES_ROUTE_H

#include "http/exchange.h"

/* Where a request says which network it is about. */
typedef enum route_network {
    ROUTE_NO_NETWORK,
    ROUTE_NETWORK_IN_PATH, /* the first question mark */
    ROUTE_NETWORK_IN_QUERY /* ?model=NAME; without it the first network */
} route_network;

typedef struct route {
    const char *method, *path; /* "/v2/models/?/infer": a question mark is a segment */
    void (*answer)(exchange *x);
    route_network network; /* x->network is it; 404 if there is none */
    bool computes;         /* answered by a thread that computes, after waiting in the queue */
    bool open;             /* needs no key */
} route;

/* The tables, each ends with a row without a path. */
extern const route health_routes[], network_routes[], predict_routes[], metrics_routes[],
    page_routes[], model_routes[], repository_routes[], infer_routes[];

/* Finds the route and fills in x->parts. Without one x is answered: 404 or 405. */
void route_exchange(exchange *x);

#endif
