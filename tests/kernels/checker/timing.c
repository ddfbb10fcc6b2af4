/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Time of this thread alone: other load on the machine matters little. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double time_once(const kernel_work *work, float *scratch)
{
    double start = seconds();
    for (int task = 0; task < work->tasks; task++)
        work->body(work->kernels, work->op, task, scratch);
    return seconds() - start;
}

void time_work(check_run *run, const kernel_work *work, double flops, double bytes)
{
    float *scratch = new_scratch(work->scratch);
    double best = time_once(work, scratch), end = seconds() + run->bench_for;
    for (int i = 0; i < 5 || seconds() < end; i++) {
        double time = time_once(work, scratch);
        best = time < best ? time : best;
    }
    printf("%-9s %-17s %-34s %9.1f us ", work->kernels->name, run->check, run->shape, best * 1e6);
    if (flops > 0)
        printf("%7.1f GFLOP/s %5.1f%% of peak\n", flops / best * 1e-9,
               flops / best / run->peak * 100);
    else
        printf("%7.1f GB/s\n", bytes / best * 1e-9);
    free(scratch);
}

double measure_peak(const dn_kernels *kernels)
{
    double best = 0;
    for (int i = 0; i < 50; i++) {
        double start = seconds(), flops = kernels->peak(20000);
        double rate = flops / (seconds() - start);
        best = rate > best ? rate : best;
    }
    return best;
}
