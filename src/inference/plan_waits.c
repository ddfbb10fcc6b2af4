/* SPDX-License-Identifier: MIT */
/*
 * Inside a dense block the steps alternate: 1x1 convolutions read the block's
 * maps and write windows, 3x3 convolutions read windows and write maps. A task
 * needs the rows that it reads from the step before, and must not overwrite rows
 * that this step still reads. Both are its own rows and their neighbours. When
 * these are done, so is what earlier steps did for them.
 */
#include "inference/plan.h"

#include "base/arithmetic.h"
#include "inference/step_kinds.h"

/* How a step goes through its output: line by line, in units, which are pixels or
 * Winograd's tiles. Rows are numbered through all images. */
typedef struct step_path {
    int across, down; /* units of an image */
    int unit_rows, height;
} step_path;

static step_path path_of(const dn_step *step)
{
    const dn_grid *grid = &step->made;
    int side = dn_step_row_of(step)->unit_rows;
    return (step_path){dn_ceil_divide(grid->width, side), dn_ceil_divide(grid->height, side), side,
                       grid->height};
}

static int row_of_line(const step_path *path, int line)
{
    return line / path->down * path->height + line % path->down * path->unit_rows;
}

static int line_of_row(const step_path *path, int row)
{
    return row / path->height * path->down + row % path->height / path->unit_rows;
}

/* The rows that a task writes: *first .. *end - 1. */
static void rows_of_task(const dn_step *step, int task, int *first, int *end)
{
    step_path path = path_of(step);
    dn_piece piece = dn_piece_of_task(&step->split, task);
    int last_line = (piece.end - 1) / path.across, image = last_line / path.down;
    *first = row_of_line(&path, piece.first / path.across);
    *end = dn_min(row_of_line(&path, last_line) + path.unit_rows, (image + 1) * path.height);
}

dn_task_range dn_tasks_awaited(const dn_step *before, const dn_step *step, int task)
{
    step_path path = path_of(before);
    const dn_work_split *split = &before->split;
    int first, end, rows = before->made.images * before->made.height;
    rows_of_task(step, task, &first, &end);
    int first_line = line_of_row(&path, first > 0 ? first - 1 : 0);
    int last_line = line_of_row(&path, dn_min(end, rows - 1));
    int first_run = dn_run_of_unit(split, first_line * path.across);
    int last_run = dn_run_of_unit(split, (last_line + 1) * path.across - 1);
    return (dn_task_range){first_run * split->groups, (last_run + 1) * split->groups};
}
