/* SPDX-License-Identifier: MIT */
/* Processes that train together, as threads of a test. */
#ifndef TEST_CLUSTER_H
#define TEST_CLUSTER_H

#include "testing.h"

#include "densenet.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { MOST_MEMBERS = 4, MOST_BEGUN = 4096 };

typedef struct cluster {
    pthread_barrier_t barrier;
    int count;
    const void *values[MOST_MEMBERS];
} cluster;

/* A sum that has begun: where to, and what was there. */
typedef struct begun_sum {
    float *values, *own;
    size_t count;
} begun_sum;

typedef struct member {
    cluster *all;
    dn_machines machines;
    begun_sum begun[MOST_BEGUN];
    int begun_count, sums, most_begun;
    size_t floats; /* that were not exact */
} member;

/* Shows a pointer to all, and returns once all have shown theirs. */
static inline void meet(member *own, const void *values)
{
    own->all->values[own->machines.rank] = values;
    pthread_barrier_wait(&own->all->barrier);
}

static inline dn_status sum_doubles(void *context, double *values, size_t count)
{
    member *own = context;
    double *sums = calloc(count, sizeof *sums);
    meet(own, values);
    for (size_t i = 0; i < count; i++)
        for (int m = 0; m < own->all->count; m++)
            sums[i] += ((const double *)own->all->values[m])[i];
    pthread_barrier_wait(&own->all->barrier);
    memcpy(values, sums, count * sizeof *sums);
    free(sums);
    own->sums++;
    return DN_OK;
}

/* What is read before the sum has ended is no number. */
static inline dn_status begin_sum(void *context, float *values, size_t count, bool exact)
{
    member *own = context;
    assert_in_range(own->begun_count, 0, MOST_BEGUN - 1);
    begun_sum *sum = &own->begun[own->begun_count++];
    *sum = (begun_sum){values, malloc(count * sizeof *values), count};
    memcpy(sum->own, values, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    own->floats += exact ? 0 : count;
    return DN_OK;
}

static inline dn_status advance_sums(void *context)
{
    (void)context;
    return DN_OK;
}

static inline dn_status finish_sums(void *context)
{
    member *own = context;
    own->most_begun = own->begun_count > own->most_begun ? own->begun_count : own->most_begun;
    for (int k = 0; k < own->begun_count; k++) {
        begun_sum *sum = &own->begun[k];
        meet(own, sum->own);
        for (size_t i = 0; i < sum->count; i++) {
            double total = 0;
            for (int m = 0; m < own->all->count; m++)
                total += (double)((const float *)own->all->values[m])[i];
            sum->values[i] = (float)total;
        }
        pthread_barrier_wait(&own->all->barrier);
        free(sum->own);
    }
    own->begun_count = 0;
    return DN_OK;
}

static inline dn_status gather_bytes(void *context, const void *own_bytes, size_t bytes, void *all)
{
    member *own = context;
    meet(own, own_bytes);
    for (int m = 0; m < own->all->count; m++)
        memcpy((char *)all + (size_t)m * bytes, own->all->values[m], bytes);
    pthread_barrier_wait(&own->all->barrier);
    return DN_OK;
}

static inline void cluster_open(cluster *all, member *members, int count)
{
    all->count = count;
    pthread_barrier_init(&all->barrier, NULL, (unsigned)count);
    for (int m = 0; m < count; m++)
        members[m] = (member){.all = all,
                              .machines = {.struct_size = sizeof(dn_machines),
                                           .rank = m,
                                           .count = count,
                                           .context = &members[m],
                                           .sum = sum_doubles,
                                           .begin = begin_sum,
                                           .advance = advance_sums,
                                           .finish = finish_sums,
                                           .gather = gather_bytes}};
}

#endif
