/* SPDX-License-Identifier: MIT */
#include "train/ema.h"

#include "base/workers.h"

enum { CHUNK = 1 << 15 };

typedef struct ema_job {
    float *average;
    const float *weights;
    size_t count;
    double decay;
} ema_job;

static void ema_chunk(void *context, int task, int thread)
{
    (void)thread;
    const ema_job *job = context;
    size_t offset = (size_t)task * CHUNK;
    size_t count = job->count - offset < CHUNK ? job->count - offset : CHUNK;
    float *restrict average = job->average + offset;
    const float *restrict weights = job->weights + offset;
    float keep = (float)job->decay, take = (float)(1 - job->decay);
    for (size_t i = 0; i < count; i++)
        average[i] = keep * average[i] + take * weights[i];
}

void dn_ema_update(float *average, const float *weights, size_t count, double decay, dn_team team)
{
    ema_job job = {average, weights, count, decay};
    dn_parallel(team, (int)((count + CHUNK - 1) / CHUNK), ema_chunk, &job);
}

double dn_ema_decay(double decay, int64_t step)
{
    double young = (double)(1 + step) / (double)(10 + step);
    return young < decay ? young : decay;
}
