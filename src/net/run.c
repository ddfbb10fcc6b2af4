/* SPDX-License-Identifier: MIT */
#include "net/run.h"

#include "base/memory.h"
#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

typedef struct job {
    const dn_runner *runner;
    const dn_plan *plan; /* all of it, or ... */
    const dn_step *step; /* ... this */
    const float *input;
    float *logits;
    atomic_int next; /* task of the plan to be taken */
} job;

/* One row of one image of the caller's NCHW tensor. */
static void import_row(const dn_step *step, int task, const float *input)
{
    const dn_frame *frame = &step->op.frame;
    const dn_grid *grid = &frame->grid;
    int image = task / grid->height, y = task % grid->height;
    size_t area = (size_t)grid->height * (size_t)grid->width;
    const float *source = input +
                          (size_t)(step->first_image + image) * (size_t)frame->channels * area +
                          (size_t)y * (size_t)grid->width;
    float *target = grid->data + image * grid->image_stride + y * grid->row_stride;
    for (int x = 0; x < grid->width; x++)
        for (int c = 0; c < frame->channels; c++)
            target[x * grid->pixel_stride + c] = source[(size_t)c * area + (size_t)x];
}

static void clear_border(const dn_frame *frame, int image)
{
    const dn_grid *grid = &frame->grid;
    ptrdiff_t pixel = grid->pixel_stride;
    float *row = grid->data + image * grid->image_stride -
                 frame->before * (grid->row_stride + grid->pixel_stride);
    size_t left = (size_t)(frame->before * pixel) * sizeof(float);
    size_t right = (size_t)(frame->behind * pixel) * sizeof(float);
    for (int y = -frame->before; y < grid->height + frame->behind; y++, row += grid->row_stride) {
        if (y < 0 || y >= grid->height) {
            memset(row, 0, (size_t)grid->row_stride * sizeof(float));
            continue;
        }
        memset(row, 0, left);
        memset(row + (frame->before + grid->width) * pixel, 0, right);
    }
}

static void run_task(const job *j, const dn_step *step, int task, int thread)
{
    const dn_kernels *kernels = j->runner->kernels;
    float *scratch = j->runner->scratch + (size_t)thread * j->runner->scratch_stride;
    switch (step->kind) {
    case DN_STEP_IMPORT:
        import_row(step, task, j->input);
        break;
    case DN_STEP_BORDER:
        clear_border(&step->op.frame, task);
        break;
    case DN_STEP_CONV:
        kernels->conv(&step->op.conv, task, scratch);
        break;
    case DN_STEP_POINTWISE:
        kernels->pointwise(&step->op.pointwise, task, scratch);
        break;
    case DN_STEP_WINOGRAD:
        kernels->winograd(&step->op.winograd, task, scratch);
        break;
    case DN_STEP_ACTIVATE:
        kernels->activate(&step->op.activate, task);
        break;
    case DN_STEP_MAX_POOL:
        kernels->max_pool(&step->op.max_pool, task);
        break;
    case DN_STEP_GLOBAL_POOL:
        kernels->global_pool(&step->op.global_pool, task);
        break;
    case DN_STEP_EXPORT:
        memcpy(j->logits, step->op.export.logits, step->op.export.count * sizeof(float));
        break;
    }
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

/* Somebody is at it: all tasks before one's own are done or being done. */
static void await(const dn_runner *runner, int task)
{
    for (int round = 0;
         atomic_load_explicit(&runner->done[task], memory_order_acquire) != runner->run; round++)
        dn_relax(round);
}

static void take_tasks(void *context, int share, int thread)
{
    (void)share;
    job *j = context;
    const dn_runner *runner = j->runner;
    const dn_step *step = j->plan->steps;
    int known = 0, number; /* leading tasks of the step before that are known as done */
    while ((number = atomic_fetch_add(&j->next, 1)) < j->plan->task_count) {
        for (; number >= step->first_task + step->tasks; step++)
            known = 0;
        int task = number - step->first_task;
        int awaited = step > j->plan->steps ? dn_tasks_awaited(step - 1, step, task) : 0;
        for (; known < awaited; known++)
            await(runner, step[-1].first_task + known);
        run_task(j, step, task, thread);
        atomic_store_explicit(&runner->done[number], runner->run, memory_order_release);
    }
}

dn_status dn_runner_fit(dn_runner *runner, const dn_plan *plan)
{
    size_t stride = dn_round_up(plan->scratch_floats, DN_ALIGNMENT) + DN_ALIGNMENT;
    float *scratch;
    atomic_uint *done;
    DN_TRY(dn_calloc((size_t)plan->task_count, sizeof *done, &done));
    dn_status status =
        dn_alloc_aligned((size_t)runner->threads * stride, sizeof *scratch, &scratch);
    if (status != DN_OK) {
        free(done);
        return status;
    }
    dn_runner_free(runner);
    runner->scratch = scratch;
    runner->scratch_stride = stride;
    runner->done = done;
    runner->run = 0;
    return DN_OK;
}

void dn_runner_free(dn_runner *runner)
{
    free(runner->scratch);
    free(runner->done);
}

void dn_run_plan(dn_runner *runner, const dn_plan *plan, const float *input, float *logits)
{
    runner->run++;
    job j = {.runner = runner, .plan = plan, .input = input, .logits = logits};
    dn_parallel(runner->threads, runner->threads, take_tasks, &j);
}
