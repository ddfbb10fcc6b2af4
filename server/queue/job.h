/* SPDX-License-Identifier: MIT */
/* What waits for a thread that computes. */
#ifndef QUEUE_JOB_H
#define QUEUE_JOB_H

/* Jobs for one network, which take turns with those for others. */
typedef struct job_line {
    struct job *first, *last;
    struct job_line *next; /* line with jobs, while this one has some */
} job_line;

typedef struct job {
    job_line *line; /* where it waits; NULL: with those that are for no network */
    double queued, started, finished, deadline; /* dn_seconds() */
    int width;                                  /* threads for it, chosen when it starts */
    struct job *next;
} job;

#endif
