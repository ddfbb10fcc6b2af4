/* SPDX-License-Identifier: MIT */
/* The last seconds, for a line on a terminal. */
#ifndef METRICS_TRAFFIC_H
#define METRICS_TRAFFIC_H

#include <pthread.h>

enum { TRAFFIC_KEPT = 4096 };

typedef struct traffic {
    pthread_mutex_t lock;
    struct {
        double ended, seconds;
    } kept[TRAFFIC_KEPT]; /* a ring */
    unsigned count;
} traffic;

typedef struct traffic_summary {
    double per_second, median, slowest; /* of a window; seconds */
} traffic_summary;

void traffic_begin(traffic *t);
void traffic_end(traffic *t);
void traffic_add(traffic *t, double ended, double seconds);

/* Of requests that ended since `now - window`, as far as they are kept. */
traffic_summary traffic_look(traffic *t, double now, double window);

#endif
