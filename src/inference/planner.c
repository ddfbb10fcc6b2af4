/* SPDX-License-Identifier: MIT */
#include "inference/planner.h"

#include "inference/step_kinds.h"

#include <limits.h>

void dn_planner_rewind(dn_planner *p)
{
    p->plan->step_count = 0;
    p->plan->task_count = 0;
    p->plan->scratch_floats = 0;
    p->buffer_count = 0;
}

int dn_open_buffer(dn_planner *p, size_t bytes)
{
    int id = p->buffer_count++;
    if (!p->placed)
        p->buffers[id] = (dn_buffer){bytes, INT_MAX, 0, 0};
    return id;
}

void *dn_use_buffer(dn_planner *p, int id)
{
    dn_buffer *buffer = &p->buffers[id];
    if (p->placed)
        return p->plan->arena + buffer->offset / sizeof(float);
    if (buffer->first > p->plan->step_count)
        buffer->first = p->plan->step_count;
    buffer->last = p->plan->step_count;
    return NULL;
}

dn_frame dn_make_frame(int images, int height, int width, int channels, int before, int after)
{
    ptrdiff_t row = (ptrdiff_t)(width + before + after) * channels;
    ptrdiff_t image = row * (height + before + after);
    dn_grid grid = {{NULL}, images, height, width, channels, row, image};
    return (dn_frame){.grid = grid, .channels = channels, .before = before, .after = after};
}

dn_framed dn_open_frame(dn_planner *p, dn_frame frame)
{
    size_t elements = (size_t)frame.grid.image_stride * (size_t)frame.grid.images;
    size_t bytes = elements * dn_dtype_size(p->kernels->maps);
    return (dn_framed){frame, dn_open_buffer(p, bytes), 0};
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
    char *base = dn_use_buffer(p, framed->buffer);
    ptrdiff_t first = framed->first * grid.image_stride +
                      framed->frame.before * (grid.row_stride + grid.pixel_stride) + channel;
    if (base)
        grid.address = base + first * (ptrdiff_t)dn_dtype_size(p->kernels->maps);
    return grid;
}

void dn_add_step(dn_planner *p, dn_step step)
{
    dn_plan *plan = p->plan;
    if (!step.kernels)
        step.kernels = p->kernels;
    size_t scratch = dn_step_row_of(&step)->share_out(&step, p->request->team.threads);
    plan->scratch_floats = scratch > plan->scratch_floats ? scratch : plan->scratch_floats;
    step.first_task = plan->task_count;
    step.place = p->place;
    step.by_rows = p->by_rows;
    if (p->placed)
        plan->steps[plan->step_count] = step;
    plan->step_count++;
    plan->task_count += step.tasks;
}

void dn_add_node_step(dn_planner *p, int number, dn_step step)
{
    step.node = number;
    step.kernels = dn_kernels_of(p->request->prepared, number);
    dn_add_step(p, step);
}

dn_epilogue dn_epilogue_of(const dn_prepared_node *prepared)
{
    return (dn_epilogue){
        .scale = prepared->rescale, .bias = prepared->bias, .relu = prepared->bias != NULL};
}

void dn_add_border(dn_planner *p, const dn_framed *framed)
{
    dn_step step = {.kind = DN_STEP_BORDER, .op.frame = framed->frame};
    step.op.frame.grid = dn_use_grid(p, framed, 0);
    dn_add_step(p, step);
}
