/* SPDX-License-Identifier: MIT */
#include "inference/run.h"

#include "base/arithmetic.h"

#include <stdlib.h>

typedef struct job {
    const dn_runner *runner;
    const dn_plan *plan; /* all of it, or ... */
    const dn_step *step; /* ... this */
    const dn_run_ends *ends;
} job;

static void run_task(const job *j, const dn_step *step, int task, int thread)
{
    const dn_runner *runner = j->runner;
    float *scratch = runner->scratch.data;
    dn_task_context context = {j->ends, scratch + (size_t)thread * runner->scratch_stride};
    dn_step_row_of(step)->run(step, task, &context);
}

static void run_step_task(void *context, int task, int thread)
{
    const job *j = context;
    run_task(j, j->step, task, thread);
}

void dn_run_step(const dn_runner *runner, const dn_step *step, const dn_run_ends *ends)
{
    job j = {.runner = runner, .step = step, .ends = ends};
    dn_parallel(runner->team, step->tasks, run_step_task, &j);
}

/* Waits for tasks. This ends, since all of them are taken: a thread proceeds to a step only
 * when all tasks of the step before are taken, and a task waits only for earlier ones. */
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
    atomic_int *taken =
        &runner->taken[(size_t)index * (size_t)runner->team.threads + (size_t)share];
    int first = dn_share_begin(step->tasks, runner->team.threads, share);
    int end = dn_share_begin(step->tasks, runner->team.threads, share + 1), task;
    while (first + atomic_load_explicit(taken, memory_order_relaxed) < end &&
           (task = first + atomic_fetch_add(taken, 1)) < end) {
        if (step->by_rows)
            await_tasks(runner, step - 1, dn_tasks_awaited(step - 1, step, task));
        run_task(j, step, task, thread);
        atomic_store_explicit(&runner->done[step->first_task + task], runner->run,
                              memory_order_release);
    }
}

/* A thread takes its own share of each step, which is the same part of the image and so
 * still in its cache, then what other threads have not yet taken from theirs. */
static void take_shares(void *context, int own, int thread)
{
    const job *j = context;
    const dn_plan *plan = j->plan;
    int threads = j->runner->team.threads;
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
    return (size_t)plan->step_count * (size_t)runner->team.threads;
}

void dn_run_plan(dn_runner *runner, const dn_plan *plan, const dn_run_ends *ends)
{
    runner->run++;
    for (size_t i = 0; i < shares(runner, plan); i++)
        atomic_store_explicit(&runner->taken[i], 0, memory_order_relaxed);
    job j = {.runner = runner, .plan = plan, .ends = ends};
    dn_parallel(runner->team, runner->team.threads, take_shares, &j);
}

static dn_status fit_scratch(dn_runner *runner, const dn_plan *plan, const dn_allocator *allocator)
{
    size_t stride = dn_round_up(plan->scratch_floats, DN_ALIGNMENT) + DN_ALIGNMENT;
    int threads = runner->team.threads;
    if (stride <= runner->scratch_stride && threads <= runner->scratch_threads)
        return DN_OK;
    if (stride < runner->scratch_stride)
        stride = runner->scratch_stride;
    threads = dn_max(threads, runner->scratch_threads);
    dn_region scratch;
    DN_TRY(dn_region_create(allocator, (size_t)threads * stride, sizeof(float), &scratch));
    dn_region_free(&runner->scratch);
    runner->scratch = scratch;
    runner->scratch_stride = stride;
    runner->scratch_threads = threads;
    return DN_OK;
}

static dn_status fit_done(dn_runner *runner, int count)
{
    atomic_uint *done;
    if (count <= runner->done_count)
        return DN_OK;
    DN_TRY(dn_calloc((size_t)count, sizeof *done, &done));
    free(runner->done);
    runner->done = done;
    runner->done_count = count;
    runner->run = 0;
    return DN_OK;
}

static dn_status fit_taken(dn_runner *runner, size_t count)
{
    atomic_int *taken;
    if (count <= runner->taken_count)
        return DN_OK;
    DN_TRY(dn_calloc(count, sizeof *taken, &taken));
    free(runner->taken);
    runner->taken = taken;
    runner->taken_count = count;
    return DN_OK;
}

dn_status dn_runner_fit(dn_runner *runner, const dn_plan *plan, const dn_allocator *allocator)
{
    DN_TRY(fit_scratch(runner, plan, allocator));
    DN_TRY(fit_done(runner, plan->task_count));
    return fit_taken(runner, shares(runner, plan));
}

void dn_runner_free(dn_runner *runner)
{
    dn_region_free(&runner->scratch);
    free(runner->done);
    free(runner->taken);
}
