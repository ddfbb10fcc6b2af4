/* SPDX-License-Identifier: MIT */
#include "metrics/traffic.h"

#include <stdlib.h>

void traffic_begin(traffic *t)
{
    pthread_mutex_init(&t->lock, NULL);
    t->count = 0;
}

void traffic_end(traffic *t)
{
    pthread_mutex_destroy(&t->lock);
}

void traffic_add(traffic *t, double ended, double seconds)
{
    pthread_mutex_lock(&t->lock);
    unsigned at = t->count++ % TRAFFIC_KEPT;
    t->kept[at].ended = ended;
    t->kept[at].seconds = seconds;
    pthread_mutex_unlock(&t->lock);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

traffic_summary traffic_look(traffic *t, double now, double window)
{
    static double seconds[TRAFFIC_KEPT]; /* of the one thread that looks */
    unsigned found = 0;
    pthread_mutex_lock(&t->lock);
    unsigned most = t->count < TRAFFIC_KEPT ? t->count : TRAFFIC_KEPT;
    double first = now - window;
    for (unsigned i = 1; i <= most; i++) {
        unsigned at = (t->count - i) % TRAFFIC_KEPT;
        if (t->kept[at].ended < first)
            break;
        seconds[found++] = t->kept[at].seconds;
        if (i == TRAFFIC_KEPT)
            window = now - t->kept[at].ended;
    }
    pthread_mutex_unlock(&t->lock);
    if (!found)
        return (traffic_summary){0};
    qsort(seconds, found, sizeof *seconds, by_value);
    return (traffic_summary){found / window, seconds[found / 2], seconds[found - 1]};
}
