/* SPDX-License-Identifier: MIT */
/* A network that answers: its model, and sessions for the threads that compute. Once it is open,
 * any thread may use it; it is freed when the last one has released it. */
#ifndef NETWORKS_SERVED_NETWORK_H
#define NETWORKS_SERVED_NETWORK_H

#include "densenet.h"
#include "metrics/counters.h"
#include "networks/session_pool.h"
#include "queue/job.h"

#include <stdatomic.h>

typedef struct network {
    char *name, *source; /* source: what it was loaded from */
    dn_model *model;
    dn_preprocess preprocess;
    int classes;
    job_line line;
    counters *counters; /* of all networks of this name; they outlive it */
    session_pool *sessions;
    atomic_int holders;
} network;

/* Loads a network and prepares its weights. precision: of dn_session_options. On failure
 * dn_last_error() says why. */
dn_status network_open(const char *name, const char *source, const char *precision, network **made);

network *network_hold(network *held);
void network_release(network *held); /* NULL is allowed */

#endif
