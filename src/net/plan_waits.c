/* SPDX-License-Identifier: MIT */
/*
 * Inside a dense block the steps take turns: 1x1 convolutions read the block's
 * maps and write windows, 3x3 convolutions read windows and write maps. Of the
 * step before it a task needs the rows that it reads, and must leave alone those
 * that are still read: both are the rows up to one below its own.
 */
#include "net/plan.h"

/* How a step goes through its output: units, pixels or Winograd's tiles, line by
 * line, in runs that one task or several take. Rows count through all images. */
typedef struct step_path {
    int across, down; /* units of an image */
    int unit_rows, height;
    int images, run, tasks_per_run;
} step_path;

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static step_path path_of(const dn_step *step)
{
    const dn_grid *grid = &step->made;
    step_path path = {.across = grid->width,
                      .down = grid->height,
                      .unit_rows = 1,
                      .height = grid->height,
                      .images = grid->images};
    if (step->kind == DN_STEP_WINOGRAD) {
        path.across = dn_ceil_divide(grid->width, 4);
        path.down = dn_ceil_divide(grid->height, 4);
        path.unit_rows = 4;
        path.run = step->op.winograd.tiles_per_task;
    } else
        path.run = step->kind == DN_STEP_CONV ? step->op.conv.pixels_per_task
                                              : step->op.pointwise.pixels_per_task;
    int runs = dn_ceil_divide(path.across * path.down * path.images, path.run);
    path.tasks_per_run = step->tasks / runs;
    return path;
}

static int last_row(const step_path *path, int task)
{
    int units = path->across * path->down * path->images;
    int unit = smaller((task / path->tasks_per_run + 1) * path->run, units) - 1;
    int line = unit / path->across, image = line / path->down;
    int end = smaller((line % path->down + 1) * path->unit_rows, path->height);
    return image * path->height + end - 1;
}

/* Leading tasks that together make all rows up to this one. */
static int tasks_through(const step_path *path, int row)
{
    int line = row / path->height * path->down + row % path->height / path->unit_rows;
    return dn_ceil_divide((line + 1) * path->across, path->run) * path->tasks_per_run;
}

int dn_tasks_awaited(const dn_step *before, const dn_step *step, int task)
{
    if (!step->by_rows)
        return before->tasks;
    step_path own = path_of(step), other = path_of(before);
    return tasks_through(&other, smaller(last_row(&own, task) + 1, own.images * own.height - 1));
}
