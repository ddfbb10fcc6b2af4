/* SPDX-License-Identifier: MIT */
#include "train/optimiser.h"

#include "base/memory.h"
#include "base/workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The split of the work does not depend on the thread count, so neither do the sums. */
enum { CHUNK = 1 << 15, LANES = 8, SLOTS = 2 };

/* A stretch of neighbouring parameters. */
typedef struct chunk {
    size_t offset;
    int count;
} chunk;

struct dn_optimiser {
    dn_optimiser_options options;
    int64_t steps;
    dn_region memory[SLOTS];
    float *slot[SLOTS]; /* in memory */
    chunk *chunks;
    double *sums; /* one a chunk */
    int chunk_count;
};

dn_status dn_optimiser_find(const char *name, dn_optimiser_options *options)
{
    if (strcmp(name, "sgd") == 0)
        *options = (dn_optimiser_options){
            .kind = DN_OPTIMISER_SGD, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4};
    else if (strcmp(name, "adamw") == 0)
        *options = (dn_optimiser_options){.kind = DN_OPTIMISER_ADAMW,
                                          .momentum = 0.9,
                                          .beta2 = 0.999,
                                          .epsilon = 1e-8,
                                          .weight_decay = 0.01};
    else
        return dn_fail(DN_ERROR_ARGUMENT, "%s: unknown optimiser; the optimisers are sgd and adamw",
                       name);
    return DN_OK;
}

/* Neighbours share a chunk until it is full. chunks NULL: only counts. */
static int plan_chunks(const dn_parameter *parameters, int count, chunk *chunks)
{
    int used = 0;
    chunk last = {.count = CHUNK};
    for (int i = 0; i < count; i++) {
        const dn_parameter *part = &parameters[i];
        size_t offset = part->offset, end = part->offset + part->count;
        while (offset < end) {
            bool joins = used && last.offset + (size_t)last.count == offset && last.count < CHUNK;
            if (!joins) {
                last = (chunk){offset, 0};
                used++;
            }
            size_t room = (size_t)(CHUNK - last.count);
            size_t more = end - offset < room ? end - offset : room;
            last.count += (int)more;
            offset += more;
            if (chunks)
                chunks[used - 1] = last;
        }
    }
    return used;
}

static dn_status check(const dn_optimiser_options *options, const dn_parameter *parameters,
                       int count, size_t size)
{
    if (!(options->momentum >= 0 && options->momentum < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "momentum %g: must be at least 0 and below 1",
                       options->momentum);
    if (!(options->weight_decay >= 0 && options->weight_decay < INFINITY))
        return dn_fail(DN_ERROR_ARGUMENT, "weight decay %g: must be a number of at least 0",
                       options->weight_decay);
    if (options->kind == DN_OPTIMISER_SGD && options->nesterov && options->momentum == 0)
        return dn_fail(DN_ERROR_ARGUMENT, "Nesterov momentum needs a momentum above 0");
    for (int i = 0; i < count; i++)
        if (parameters[i].count > size || parameters[i].offset > size - parameters[i].count)
            return dn_fail(DN_ERROR_ARGUMENT, "parameter %d ends past the %zu floats", i, size);
    return DN_OK;
}

static dn_status allocate(dn_optimiser *optimiser, size_t size)
{
    for (int i = 0; i < dn_optimiser_slots(&optimiser->options); i++) {
        DN_TRY(dn_region_create(optimiser->options.allocator, size, sizeof(float),
                                &optimiser->memory[i]));
        optimiser->slot[i] = optimiser->memory[i].data;
        memset(optimiser->slot[i], 0, size * sizeof(float));
    }
    DN_TRY(dn_calloc((size_t)optimiser->chunk_count, sizeof(chunk), &optimiser->chunks));
    return dn_calloc((size_t)optimiser->chunk_count, sizeof(double), &optimiser->sums);
}

dn_status dn_optimiser_create(const dn_optimiser_options *options, const dn_parameter *parameters,
                              int count, size_t size, dn_optimiser **out)
{
    DN_TRY(check(options, parameters, count, size));
    dn_optimiser *optimiser;
    DN_TRY(dn_calloc(1, sizeof *optimiser, &optimiser));
    optimiser->options = *options;
    optimiser->chunk_count = plan_chunks(parameters, count, NULL);
    dn_status status = allocate(optimiser, size);
    if (status != DN_OK) {
        dn_optimiser_free(optimiser);
        return status;
    }
    plan_chunks(parameters, count, optimiser->chunks);
    *out = optimiser;
    return DN_OK;
}

void dn_optimiser_free(dn_optimiser *optimiser)
{
    if (!optimiser)
        return;
    for (int i = 0; i < SLOTS; i++)
        dn_region_free(&optimiser->memory[i]);
    free(optimiser->chunks);
    free(optimiser->sums);
    free(optimiser);
}

int dn_optimiser_slots(const dn_optimiser_options *options)
{
    return options->kind == DN_OPTIMISER_SGD ? 1 : 2;
}

float *dn_optimiser_slot(dn_optimiser *optimiser, int slot)
{
    return slot < SLOTS ? optimiser->slot[slot] : NULL;
}

int64_t dn_optimiser_steps(const dn_optimiser *optimiser)
{
    return optimiser->steps;
}

void dn_optimiser_set_steps(dn_optimiser *optimiser, int64_t steps)
{
    optimiser->steps = steps;
}

typedef struct step_job {
    dn_optimiser *optimiser;
    dn_update update;
    float *weights;
    const float *gradients;
} step_job;

/* Starting from a buffer of zeros makes the first step PyTorch's (buffer = gradient). */
static void sgd_chunk(void *context, int task, int thread)
{
    (void)thread;
    const step_job *job = context;
    const dn_optimiser_options *options = &job->optimiser->options;
    const chunk *part = &job->optimiser->chunks[task];
    float *restrict weights = job->weights + part->offset;
    float *restrict buffers = job->optimiser->slot[0] + part->offset;
    const float *restrict gradients = job->gradients + part->offset;
    float scale = (float)job->update.gradient_scale, momentum = (float)job->update.momentum;
    float decay = (float)options->weight_decay, rate = (float)job->update.rate;
    float direct = options->nesterov ? 1 : 0, held = options->nesterov ? momentum : 1;
    for (int i = 0; i < part->count; i++) {
        float gradient = scale * gradients[i] + decay * weights[i];
        float buffer = momentum * buffers[i] + gradient;
        buffers[i] = buffer;
        weights[i] -= rate * (direct * gradient + held * buffer);
    }
}

static void adamw_chunk(void *context, int task, int thread)
{
    (void)thread;
    const step_job *job = context;
    const dn_optimiser_options *options = &job->optimiser->options;
    const chunk *part = &job->optimiser->chunks[task];
    float *restrict weights = job->weights + part->offset;
    float *restrict firsts = job->optimiser->slot[0] + part->offset;
    float *restrict seconds = job->optimiser->slot[1] + part->offset;
    const float *restrict gradients = job->gradients + part->offset;
    double beta1 = job->update.momentum, beta2 = options->beta2;
    double rate = job->update.rate, steps = (double)job->optimiser->steps;
    float scale = (float)job->update.gradient_scale, epsilon = (float)options->epsilon;
    float keep = (float)(1 - rate * options->weight_decay);
    float step_size = (float)(rate / (1 - pow(beta1, steps)));
    float root = (float)sqrt(1 - pow(beta2, steps));
    float keep1 = (float)beta1, take1 = (float)(1 - beta1);
    float keep2 = (float)beta2, take2 = (float)(1 - beta2);
    for (int i = 0; i < part->count; i++) {
        float gradient = scale * gradients[i];
        float first = keep1 * firsts[i] + take1 * gradient;
        float second = keep2 * seconds[i] + take2 * gradient * gradient;
        firsts[i] = first;
        seconds[i] = second;
        weights[i] = keep * weights[i] - step_size * first / (sqrtf(second) / root + epsilon);
    }
}

void dn_optimiser_step(dn_optimiser *optimiser, const dn_update *update, float *weights,
                       const float *gradients, dn_team team)
{
    step_job job = {optimiser, *update, weights, gradients};
    optimiser->steps++;
    dn_parallel(team, optimiser->chunk_count,
                optimiser->options.kind == DN_OPTIMISER_SGD ? sgd_chunk : adamw_chunk, &job);
}

typedef struct norm_job {
    const dn_optimiser *optimiser;
    const float *gradients;
} norm_job;

static void norm_chunk(void *context, int task, int thread)
{
    (void)thread;
    const norm_job *job = context;
    const chunk *part = &job->optimiser->chunks[task];
    const float *gradients = job->gradients + part->offset;
    double lanes[LANES] = {0}, sum = 0;
    int i = 0;
    for (; i + LANES <= part->count; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            lanes[lane] += (double)gradients[i + lane] * (double)gradients[i + lane];
    for (; i < part->count; i++)
        sum += (double)gradients[i] * (double)gradients[i];
    for (int lane = 0; lane < LANES; lane++)
        sum += lanes[lane];
    job->optimiser->sums[task] = sum;
}

double dn_optimiser_norm(dn_optimiser *optimiser, const float *gradients, dn_team team)
{
    norm_job job = {optimiser, gradients};
    dn_parallel(team, optimiser->chunk_count, norm_chunk, &job);
    double sum = 0;
    for (int i = 0; i < optimiser->chunk_count; i++)
        sum += optimiser->sums[i];
    return sqrt(sum);
}

double dn_clip_scale(double norm, double limit)
{
    double scale = limit > 0 ? limit / (norm + 1e-6) : 1;
    return scale < 1 ? scale : 1;
}
