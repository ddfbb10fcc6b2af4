/* SPDX-License-Identifier: MIT */
#include "inference/planner.h"

#include "base/arithmetic.h"

#include <limits.h>

void dn_planner_rewind(dn_planner *p)
{
    p->plan->step_count = 0;
    p->plan->task_count = 0;
    p->plan->scratch_floats = 0;
    p->buffer_count = 0;
}

int dn_open_buffer(dn_planner *p, size_t floats)
{
    int id = p->buffer_count++;
    if (!p->placed)
        p->buffers[id] = (dn_buffer){floats * sizeof(float), INT_MAX, 0, 0};
    return id;
}

float *dn_use_buffer(dn_planner *p, int id)
{
    dn_buffer *buffer = &p->buffers[id];
    if (p->placed)
        return p->plan->arena + buffer->offset / sizeof(float);
    if (buffer->first > p->plan->step_count)
        buffer->first = p->plan->step_count;
    buffer->last = p->plan->step_count;
    return NULL;
}

dn_frame dn_make_frame(int images, int height, int width, int channels, int before, int behind)
{
    ptrdiff_t row = (ptrdiff_t)(width + before + behind) * channels;
    ptrdiff_t image = row * (height + before + behind);
    dn_grid grid = {NULL, images, height, width, channels, row, image};
    return (dn_frame){grid, channels, before, behind};
}

dn_framed dn_open_frame(dn_planner *p, dn_frame frame)
{
    size_t floats = (size_t)frame.grid.image_stride * (size_t)frame.grid.images;
    return (dn_framed){frame, dn_open_buffer(p, floats), 0};
}

dn_framed dn_some_images(const dn_framed *framed, int first, int images)
{
    dn_framed some = *framed;
    some.first += first;
    some.frame.grid.images = images;
    return some;
}

dn_grid dn_use_grid(dn_planner *p, const dn_framed *framed, int channel)
{
    dn_grid grid = framed->frame.grid;
    float *base = dn_use_buffer(p, framed->buffer);
    if (base)
        grid.data = base + framed->first * grid.image_stride +
                    framed->frame.before * (grid.row_stride + grid.pixel_stride) + channel;
    return grid;
}

dn_grid dn_vector_grid(float *data, int images, int channels)
{
    return (dn_grid){data, images, 1, 1, channels, channels, channels};
}

static void add(dn_planner *p, dn_step *step, int tasks, dn_point point, dn_grid made,
                int made_channels)
{
    step->tasks = tasks;
    step->first_task = p->plan->task_count;
    step->place = p->place;
    step->by_rows = p->by_rows;
    step->point = point;
    step->made = made;
    step->made_channels = made_channels;
    if (p->placed)
        p->plan->steps[p->plan->step_count] = *step;
    p->plan->step_count++;
    p->plan->task_count += tasks;
}

static void need_scratch(dn_planner *p, size_t floats)
{
    if (floats > p->plan->scratch_floats)
        p->plan->scratch_floats = floats;
}

void dn_add_border(dn_planner *p, const dn_framed *framed)
{
    dn_step step = {.kind = DN_STEP_BORDER, .op.frame = framed->frame};
    step.op.frame.grid = dn_use_grid(p, framed, 0);
    add(p, &step, step.op.frame.grid.images, DN_POINT_NONE, step.op.frame.grid, 0);
}

void dn_add_import(dn_planner *p, const dn_framed *framed, int first_image)
{
    dn_step step = {.kind = DN_STEP_IMPORT, .first_image = first_image, .op.frame = framed->frame};
    step.op.frame.grid = dn_use_grid(p, framed, 0);
    const dn_grid *grid = &step.op.frame.grid;
    add(p, &step, grid->images * grid->height, DN_POINT_NONE, *grid, 0);
}

void dn_add_conv(dn_planner *p, const dn_conv *op, dn_point point)
{
    dn_step step = {.kind = DN_STEP_CONV,
                    .op.conv = *op,
                    .cut = dn_split_conv(op, p->packed->kernels, p->threads)};
    add(p, &step, dn_split_tasks(&step.cut), point, op->output, op->panels.outputs);
}

void dn_add_pointwise(dn_planner *p, const dn_pointwise *op, dn_point point)
{
    dn_step step = {.kind = DN_STEP_POINTWISE,
                    .op.pointwise = *op,
                    .cut = dn_split_pointwise(op, p->packed->kernels, p->threads)};
    need_scratch(p, dn_pointwise_scratch(op, dn_longest_run(&step.cut)));
    add(p, &step, dn_split_tasks(&step.cut), point, op->output, op->panels.outputs);
}

void dn_add_winograd(dn_planner *p, const dn_winograd *op, dn_point point)
{
    const dn_kernels *kernels = p->packed->kernels;
    dn_step step = {.kind = DN_STEP_WINOGRAD,
                    .op.winograd = *op,
                    .cut = dn_split_winograd(op, kernels, p->threads)};
    need_scratch(p, dn_winograd_scratch(op, kernels->lanes, dn_longest_run(&step.cut)));
    add(p, &step, dn_split_tasks(&step.cut), point, op->output, op->panels.outputs);
}

void dn_add_activate(dn_planner *p, const dn_activate *op)
{
    dn_step step = {.kind = DN_STEP_ACTIVATE, .op.activate = *op};
    add(p, &step, op->input.images * op->input.height, DN_POINT_NONE, op->output, op->channels);
}

void dn_add_max_pool(dn_planner *p, const dn_max_pool *op, dn_point point)
{
    dn_step step = {.kind = DN_STEP_MAX_POOL, .op.max_pool = *op};
    int rows = op->output.images * op->output.height;
    step.op.max_pool.parts = dn_min(dn_ceil_divide(p->threads, rows), op->output.width);
    add(p, &step, dn_max_pool_tasks(&step.op.max_pool), point, op->output, op->channels);
}

void dn_add_global_pool(dn_planner *p, const dn_global_pool *op, dn_point point)
{
    dn_step step = {.kind = DN_STEP_GLOBAL_POOL, .op.global_pool = *op};
    int images = op->input.images, runs = dn_ceil_divide(op->channels, DN_POOL_RUN);
    step.op.global_pool.parts = dn_min(p->threads, runs);
    add(p, &step, dn_global_pool_tasks(&step.op.global_pool), point,
        dn_vector_grid(op->output, images, op->channels), op->channels);
}

void dn_add_export(dn_planner *p, const float *logits, size_t count)
{
    dn_step step = {.kind = DN_STEP_EXPORT};
    step.op.export.logits = logits;
    step.op.export.count = count;
    add(p, &step, 1, DN_POINT_NONE, (dn_grid){0}, 0);
}
