/* SPDX-License-Identifier: MIT */
#include "metrics/counters.h"

#include <time.h>

const double stage_bounds[HISTOGRAM_BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                0.25,  0.5,    1,     2.5,  5,     10,   30};
const double size_bounds[HISTOGRAM_BUCKETS] = {1,   2,   4,   8,    16,   32,   64,
                                               128, 256, 512, 1024, 2048, 4096, 8192};
const char *const stage_names[STAGE_COUNT] = {"queue", "decode", "compute", "output", "all"};
const char *const failure_names[FAILURE_COUNT] = {"input", "full", "deadline", "gone", "server"};

static void add_value(histogram *h, const double bounds[HISTOGRAM_BUCKETS], double value)
{
    int bucket = 0;
    while (bucket < HISTOGRAM_BUCKETS && value > bounds[bucket])
        bucket++;
    h->counts[bucket]++;
    h->count++;
    h->sum += value;
}

static uint64_t milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void counters_begin(counters *c)
{
    *c = (counters){0};
    pthread_mutex_init(&c->lock, NULL);
}

void counters_end(counters *c)
{
    pthread_mutex_destroy(&c->lock);
}

void counters_success(counters *c, const double seconds[STAGE_COUNT], int pictures)
{
    pthread_mutex_lock(&c->lock);
    c->counts.successes++;
    add_value(&c->counts.sizes, size_bounds, pictures);
    c->counts.last_ms = milliseconds_now();
    for (int i = 0; i < STAGE_COUNT; i++)
        add_value(&c->counts.stages[i], stage_bounds, seconds[i]);
    pthread_mutex_unlock(&c->lock);
}

void counters_failure(counters *c, failure why, double seconds)
{
    pthread_mutex_lock(&c->lock);
    c->counts.failures[why]++;
    c->counts.failed_seconds += seconds;
    pthread_mutex_unlock(&c->lock);
}

counts counters_read(counters *c)
{
    pthread_mutex_lock(&c->lock);
    counts copy = c->counts;
    pthread_mutex_unlock(&c->lock);
    return copy;
}
