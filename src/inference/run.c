/* SPDX-License-Identifier: MIT */
#include "inference/run.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "base/workers.h"
#include "inference/step_kinds.h"

#include <stdlib.h>

typedef struct job {
    const dn_runner *runner;
    const dn_plan *plan; /* all of it, or ... */
    const dn_step *step; /* ... this */
    const float *input;
    float *logits;
} job;

static void run_task(const job *j, const dn_step *step, int task, int thread)
{
    const dn_runner *runner = j->runner;
    dn_task_context context = {runner->kernels, j->input, j->logits,
                               runner->scratch + (size_t)thread * runner->scratch_stride};
    dn_step_row_of(step)->run(step, task, &context);
}

static void run_step_task(void *context, int task, int thread)
{
    const job *j = context;
    run_task(j, j->step, task, thread);
}

void dn_run_step(const dn_runner *runner, const dn_step *step, const float *input, float *logits)
{
    job j = {.runner = runner, .step = step, .input = input, .logits = logits};
    dn_parallel(runner->threads, step->tasks, run_step_task, &j);
}

/* These tasks are being worked on: no thread goes on to a step before all tasks of
 * the step before are taken, and a task waits only for earlier ones. */
static void await_tasks(const dn_runner *runner, const dn_step *step, dn_task_range range)
{
    for (int task = range.first; task < range.end; task++) {
        const atomic_uint *done = &runner->done[step->first_task + task];
        for (int round = 0; atomic_load_explicit(done, memory_order_acquire) != runner->run;
             round++)
            dn_relax(round);
    }
}

/* Runs the tasks of one thread's share that nobody has taken yet. */
static void take_share(const job *j, const dn_step *step, int share, int thread)
{
    const dn_runner *runner = j->runner;
    ptrdiff_t index = step - j->plan->steps;
    atomic_int *taken = &runner->taken[index * runner->threads + share];
    int first = dn_share_begin(step->tasks, runner->threads, share);
    int end = dn_share_begin(step->tasks, runner->threads, share + 1), task;
    while (first + atomic_load_explicit(taken, memory_order_relaxed) < end &&
           (task = first + atomic_fetch_add(taken, 1)) < end) {
        if (step->by_rows)
            await_tasks(runner, step - 1, dn_tasks_awaited(step - 1, step, task));
        run_task(j, step, task, thread);
        atomic_store_explicit(&runner->done[step->first_task + task], runner->run,
                              memory_order_release);
    }
}

/* A thread takes its own share of each step, the same part of the image and so
 * what its cache holds, then what others have not got to. */
static void take_shares(void *context, int own, int thread)
{
    const job *j = context;
    const dn_plan *plan = j->plan;
    int threads = j->runner->threads;
    for (int i = 0; i < plan->step_count; i++) {
        const dn_step *step = &plan->steps[i];
        if (i > 0 && !step->by_rows)
            await_tasks(j->runner, step - 1, (dn_task_range){0, step[-1].tasks});
        for (int other = 0; other < threads; other++)
            take_share(j, step, (own + other) % threads, thread);
    }
}

static size_t shares(const dn_runner *runner, const dn_plan *plan)
{
    return (size_t)plan->step_count * (size_t)runner->threads;
}

void dn_run_plan(dn_runner *runner, const dn_plan *plan, const float *input, float *logits)
{
    runner->run++;
    for (size_t i = 0; i < shares(runner, plan); i++)
        atomic_store_explicit(&runner->taken[i], 0, memory_order_relaxed);
    job j = {.runner = runner, .plan = plan, .input = input, .logits = logits};
    dn_parallel(runner->threads, runner->threads, take_shares, &j);
}

dn_status dn_runner_fit(dn_runner *runner, const dn_plan *plan)
{
    size_t stride = dn_round_up(plan->scratch_floats, DN_ALIGNMENT) + DN_ALIGNMENT;
    dn_runner fitted = {
        .kernels = runner->kernels, .threads = runner->threads, .scratch_stride = stride};
    dn_status status =
        dn_alloc_aligned((size_t)runner->threads * stride, sizeof(float), &fitted.scratch);
    if (status == DN_OK)
        status = dn_calloc((size_t)plan->task_count, sizeof *fitted.done, &fitted.done);
    if (status == DN_OK)
        status = dn_calloc(shares(runner, plan), sizeof *fitted.taken, &fitted.taken);
    if (status != DN_OK) {
        dn_runner_free(&fitted);
        return status;
    }
    dn_runner_free(runner);
    *runner = fitted;
    return DN_OK;
}

void dn_runner_free(dn_runner *runner)
{
    free(runner->scratch);
    free(runner->done);
    free(runner->taken);
}
