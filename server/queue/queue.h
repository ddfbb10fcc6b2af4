/* SPDX-License-Identifier: MIT */
/* A bounded queue and the threads that compute: one per core. A job that is alone gets all cores;
 * of several, each gets one or its share, since pictures computed side by side take less time than
 * one after the other on all cores. Lines take turns. */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include "queue/job.h"

#include <stdbool.h>

typedef struct queue queue;

/* run is called in one of the threads for each job, also for one whose deadline has passed; after
 * that the queue does not touch the job. NULL if the memory or the threads are missing. */
queue *queue_create(int cores, int most, void (*run)(job *done));

/* Adds a job; false if as many wait as may, or the queue was closed. */
bool queue_push(queue *q, job *added);

int queue_waiting(queue *q);
int queue_computing(queue *q);

/* Refuses more jobs, and waits for those that are there. */
void queue_close(queue *q);
void queue_free(queue *q);

#endif
