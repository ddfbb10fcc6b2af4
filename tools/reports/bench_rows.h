/* SPDX-License-Identifier: MIT */
/* The results of a benchmark, and how they are shown. */
#ifndef TOOL_BENCH_ROWS_H
#define TOOL_BENCH_ROWS_H

#include "densenet.h"

/* Time of one kind of work at one place, summed over runs. */
typedef struct bench_step {
    char place[DN_NAME_SIZE], kind[DN_NAME_SIZE];
    double seconds, operations;
    int tasks; /* of its last step */
} bench_step;

typedef struct bench_row {
    const char *name, *precision;
    bool train;
    int batch, height, width, threads, runs;
    double fastest, median;  /* seconds */
    double processor;        /* seconds of all threads, of the run that took fewest */
    double operations, peak; /* of a run; a second */
    size_t bytes;
    bench_step *steps; /* in order of first appearance */
    int step_count;
} bench_row;

/* A dn_profiler; context is the row. */
void bench_add_step(const dn_step_cost *cost, void *context);

/* A run's time, and what its threads took of the processor. */
typedef struct bench_clock {
    double started, processor;
} bench_clock;

bench_clock bench_start(void);

/* Seconds since the start of one of row's runs. */
double bench_stop(bench_row *row, bench_clock started);

/* Sorts seconds[]. */
void bench_set_times(bench_row *row, double *seconds, int count);
void bench_print(const bench_row *row, bool json, bool layers);
void bench_free(bench_row *row);

#endif
