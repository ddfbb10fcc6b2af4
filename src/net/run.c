/* SPDX-License-Identifier: MIT */
#include "net/run.h"

#include "base/threads.h"

#include <string.h>

typedef struct job {
    const dn_runner *runner;
    const dn_step *step;
    const float *input;
    float *logits;
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

static void run_task(void *context, int task, int thread)
{
    const job *j = context;
    const dn_step *step = j->step;
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

void dn_run_step(const dn_runner *runner, const dn_step *step, const float *input, float *logits)
{
    job j = {runner, step, input, logits};
    dn_parallel(runner->threads, step->tasks, run_task, &j);
}
