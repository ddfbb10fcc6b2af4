/* SPDX-License-Identifier: MIT */
#include "run/ranks_log.h"

#include "densenet.h"
#include "run/launched.h"
#include "ui/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rank_times {
    double loading, computing, waiting;
} rank_times;

struct ranks_log {
    FILE *file;       /* NULL in ranks other than the first */
    rank_times *step; /* of each rank */
    double *since;    /* seconds in which each worked, since the slowest was named */
};

static FILE *open_file(const char *run, int64_t steps)
{
    char *path;
    if (asprintf(&path, "%s/ranks.csv", run) < 0)
        return NULL;
    FILE *file = fopen(path, steps ? "a" : "w");
    if (!file)
        complain("%s: cannot be written: %s", path, strerror(errno));
    else if (ftell(file) == 0)
        fputs("step,rank,host,loading,computing,waiting\n", file);
    free(path);
    return file;
}

ranks_log *ranks_log_open(const char *run, int64_t steps)
{
    size_t ranks = (size_t)launched_count();
    ranks_log *log = calloc(1, sizeof *log);
    if (log) {
        log->step = calloc(ranks, sizeof *log->step);
        log->since = calloc(ranks, sizeof *log->since);
        log->file = launched_first() ? open_file(run, steps) : NULL;
    }
    if (log && log->step && log->since && (log->file || !launched_first()))
        return log;
    ranks_log_close(log);
    return NULL;
}

void ranks_log_close(ranks_log *log)
{
    if (!log)
        return;
    if (log->file)
        fclose(log->file);
    free(log->step);
    free(log->since);
    free(log);
}

static const char *host_of(int rank)
{
    const char *host = launched_machines() ? dn_mpi_host(rank) : "this";
    return host ? host : "?";
}

static bool write_step(ranks_log *log, int64_t step)
{
    for (int i = 0; i < launched_count(); i++) {
        const rank_times *times = &log->step[i];
        log->since[i] += times->loading + times->computing;
        fprintf(log->file, "%lld,%d,%s,%.6f,%.6f,%.6f\n", (long long)step, i, host_of(i),
                times->loading, times->computing, times->waiting);
    }
    return fflush(log->file) == 0 || complain("ranks.csv cannot be written: %s", strerror(errno));
}

bool ranks_log_step(ranks_log *log, int64_t step, double loading, double training, double waited)
{
    const dn_machines *machines = launched_machines();
    const rank_times own = {loading, training - waited, waited};
    if (!log)
        return true;
    log->step[0] = own;
    if (machines &&
        !ok_or_complain(machines->gather(machines->context, &own, sizeof own, log->step)))
        return false;
    return !log->file || write_step(log, step);
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The lower of two in the middle: of two ranks the faster. */
static double median_of(const double *values, int count)
{
    double *sorted = malloc((size_t)count * sizeof *sorted), median = 0;
    if (sorted) {
        memcpy(sorted, values, (size_t)count * sizeof *sorted);
        qsort(sorted, (size_t)count, sizeof *sorted, compare);
        median = sorted[(count - 1) / 2];
    }
    free(sorted);
    return median;
}

#define MUCH_SLOWER 1.2

void ranks_log_say(ranks_log *log)
{
    int slowest = 0, count = launched_count();
    if (!log || !log->file)
        return;
    for (int i = 1; i < count; i++)
        if (log->since[i] > log->since[slowest])
            slowest = i;
    double median = median_of(log->since, count);
    if (log->since[slowest] > MUCH_SLOWER * median)
        tell("the slowest: rank %d (%s), %.2f times the median of all ranks\n", slowest,
             host_of(slowest), log->since[slowest] / median);
    memset(log->since, 0, (size_t)count * sizeof *log->since);
}
