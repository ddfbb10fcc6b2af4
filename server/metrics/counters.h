/* SPDX-License-Identifier: MIT */
/* What is counted of one network, and of requests that none computes. */
#ifndef METRICS_COUNTERS_H
#define METRICS_COUNTERS_H

#include <pthread.h>
#include <stdint.h>

/* The stages of a request. */
typedef enum stage {
    STAGE_QUEUE,
    STAGE_DECODE, /* of pictures, and of tensors out of a request */
    STAGE_COMPUTE,
    STAGE_OUTPUT, /* what was computed into a reply, heat maps too */
    STAGE_ALL,
    STAGE_COUNT
} stage;

/* Why a request had no answer. */
typedef enum failure {
    FAILURE_INPUT,    /* 4xx: it was wrong */
    FAILURE_FULL,     /* the queue was full, or the server was ending */
    FAILURE_DEADLINE, /* it waited too long */
    FAILURE_GONE,     /* the client went away */
    FAILURE_SERVER,   /* 5xx */
    FAILURE_COUNT
} failure;

enum { HISTOGRAM_BUCKETS = 14 };

typedef struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS + 1]; /* of values up to each bound, and above all */
    uint64_t count;
    double sum;
} histogram;

typedef struct counts {
    uint64_t successes, failures[FAILURE_COUNT];
    histogram stages[STAGE_COUNT]; /* seconds */
    histogram sizes;               /* pictures of a request */
    double failed_seconds;
    uint64_t last_ms; /* since 1970, of the last success; 0: none */
} counts;

typedef struct counters {
    pthread_mutex_t lock;
    counts counts;
} counters;

extern const double stage_bounds[HISTOGRAM_BUCKETS], size_bounds[HISTOGRAM_BUCKETS];
extern const char *const stage_names[STAGE_COUNT], *const failure_names[FAILURE_COUNT];

void counters_begin(counters *c);
void counters_end(counters *c);
void counters_success(counters *c, const double seconds[STAGE_COUNT], int pictures);
void counters_failure(counters *c, failure why, double seconds);
counts counters_read(counters *c);

#endif
