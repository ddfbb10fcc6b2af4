/* SPDX-License-Identifier: MIT */
/*
 * Inside a dense block the steps take turns: 1x1 convolutions read the block's
 * maps and write windows, 3x3 convolutions read windows and write maps. Of the
 * step before it a task needs the rows that it reads, and must leave alone those
 * that are still read: in both cases its own rows and their neighbours. What lies
 * further back is done when these are.
 */
#include "net/plan.h"

#include "base/minmax.h"

/* How a step goes through its output: units, pixels or Winograd's tiles, line by
 * line, in runs that one task or several take. Rows count through all images. */
typedef struct step_path {
    int across, down; /* units of an image */
    int unit_rows, height;
    int images, run, tasks_per_run;
} step_path;

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

/* Which rows a task writes: from the first to the end. */
static void rows_of_task(const step_path *path, int task, int *first, int *end)
{
    int units = path->across * path->down * path->images, run = task / path->tasks_per_run;
    int line = run * path->run / path->across;
    *first = line / path->down * path->height + line % path->down * path->unit_rows;
    line = (dn_smaller((run + 1) * path->run, units) - 1) / path->across;
    *end = line / path->down * path->height +
           dn_smaller((line % path->down + 1) * path->unit_rows, path->height);
}

static int line_of_row(const step_path *path, int row)
{
    return row / path->height * path->down + row % path->height / path->unit_rows;
}

dn_task_range dn_tasks_awaited(const dn_step *before, const dn_step *step, int task)
{
    step_path own = path_of(step), other = path_of(before);
    int first, end, rows = own.images * own.height;
    rows_of_task(&own, task, &first, &end);
    int first_line = line_of_row(&other, first > 0 ? first - 1 : 0);
    int last_line = line_of_row(&other, dn_smaller(end, rows - 1));
    return (dn_task_range){first_line * other.across / other.run * other.tasks_per_run,
                           dn_ceil_divide((last_line + 1) * other.across, other.run) *
                               other.tasks_per_run};
}
