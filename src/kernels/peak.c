/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/workers.h"
#include "densenet.h"
#include "kernels/kernels.h"

#define ROUNDS 20000
#define ATTEMPTS 20

typedef struct share {
    const dn_kernels *kernels;
    double operations;
} share;

static void measure(void *context, int task, int thread)
{
    (void)thread;
    share *s = (share *)context + task;
    s->operations = s->kernels->peak(ROUNDS);
}

/* The fastest of several attempts, since the machine may be busy. */
double dn_measure_peak(int threads)
{
    enum { MOST = 256 };
    share shares[MOST];
    threads = threads < 1 ? dn_core_count() : threads;
    threads = threads > MOST ? MOST : threads;
    double best = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        for (int t = 0; t < threads; t++)
            shares[t] = (share){dn_kernels_best(), 0};
        double start = dn_seconds();
        dn_parallel((dn_team){NULL, threads}, threads, measure, shares);
        double seconds = dn_seconds() - start, operations = 0;
        for (int t = 0; t < threads; t++)
            operations += shares[t].operations;
        best = operations / seconds > best ? operations / seconds : best;
    }
    return best;
}
