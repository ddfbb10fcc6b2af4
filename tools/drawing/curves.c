/* SPDX-License-Identifier: MIT */
#include "drawing/curves.h"

#include "drawing/chart.h"
#include "files/folder.h"
#include "files/short_names.h"
#include "run/run_log.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1200
#define HEIGHT 860
#define STEP_POINTS 400 /* a run's steps are averaged to this many points */

typedef struct curve {
    double *x, *y;
    int count;
} curve;

/* The curves of one run: training by step, training and validation by epoch. */
typedef struct run_curves {
    char *label; /* NULL: of the only run */
    curve loss, val_loss, accuracy, val_score;
} run_curves;

static bool open_curve(curve *c, int capacity)
{
    c->x = malloc((size_t)(capacity + 1) * sizeof *c->x);
    c->y = malloc((size_t)(capacity + 1) * sizeof *c->y);
    return (c->x && c->y) || complain("out of memory for curves");
}

static void add_point(curve *c, double x, double y)
{
    if (!isfinite(y))
        return;
    c->x[c->count] = x;
    c->y[c->count++] = y;
}

/* Means over runs of steps: single batches are too noisy to look at. */
static void average_steps(const run_log *log, curve *loss, curve *accuracy)
{
    int steps = 0;
    for (int i = 0; i < log->count; i++)
        steps += !log->rows[i].epoch_end;
    int together = steps / STEP_POINTS + 1, held = 0;
    double losses = 0, accuracies = 0;
    for (int i = 0; i < log->count; i++) {
        const log_row *row = &log->rows[i];
        if (row->epoch_end)
            continue;
        losses += row->loss;
        accuracies += row->accuracy;
        if (++held == together) {
            add_point(loss, row->epoch, losses / held);
            add_point(accuracy, row->epoch, accuracies / held);
            held = 0;
            losses = accuracies = 0;
        }
    }
}

static bool make_curves(const run_log *log, run_curves *made)
{
    curve *all[] = {&made->loss, &made->val_loss, &made->accuracy, &made->val_score};
    for (int i = 0; i < 4; i++)
        if (!open_curve(all[i], log->count))
            return false;
    average_steps(log, &made->loss, &made->accuracy);
    for (int i = 0; i < log->count; i++)
        if (log->rows[i].epoch_end) {
            add_point(&made->val_loss, log->rows[i].epoch, log->rows[i].val_loss);
            add_point(&made->val_score, log->rows[i].epoch, log->rows[i].val_score);
        }
    return true;
}

static bool name_run(const char *run, run_curves *made)
{
    size_t length = strlen(run);
    while (length > 1 && run[length - 1] == '/')
        length--;
    made->label = strndup(run, length);
    return made->label || complain("out of memory for curves");
}

/* Of several runs, each is named once. */
static void add_series(const run_curves *run, const curve *train, const curve *val, int colour,
                       chart_series *series)
{
    const char *other = val->count ? NULL : run->label;
    series[0] = (chart_series){run->label ? other : "training",
                               train->x,
                               train->y,
                               train->count,
                               colour,
                               1.5,
                               true,
                               train->count <= 12};
    series[1] = (chart_series){run->label ? run->label : "validation",
                               val->x,
                               val->y,
                               val->count,
                               colour,
                               2.2,
                               false,
                               val->count <= 60};
}

static void say_outside(const char *path, const chart_panel *panel)
{
    int outside = chart_outside(panel);
    if (outside > 0)
        complain("%s: %s: %d point%s far from the others %s marked at the edge", path, panel->title,
                 outside, outside == 1 ? "" : "s", outside == 1 ? "is" : "are");
}

static bool draw(const run_curves *runs, int count, bool auroc, bool says, const char *path)
{
    chart_series *series = malloc(4 * (size_t)count * sizeof *series);
    if (!series)
        return complain("out of memory for curves");
    chart_series *loss = series, *score = series + 2 * count;
    for (int i = 0; i < count; i++) {
        add_series(&runs[i], &runs[i].loss, &runs[i].val_loss, i, &loss[2 * i]);
        add_series(&runs[i], &runs[i].accuracy, &runs[i].val_score, i, &score[2 * i]);
    }
    bool several = count > 1;
    chart_panel panels[] = {
        {several ? "Loss (faint: training)" : "Loss", "epoch", loss, 2 * count, false, false},
        {auroc     ? "Mean AUROC"
         : several ? "Accuracy (faint: training)"
                   : "Accuracy",
         "epoch", score, 2 * count, true, !auroc},
    };
    bool sound = chart_write(panels, 2, WIDTH, HEIGHT, path);
    for (int i = 0; i < 2 && sound && says; i++)
        say_outside(path, &panels[i]);
    free(series);
    return sound;
}

static void free_curves(run_curves *run)
{
    curve *all[] = {&run->loss, &run->val_loss, &run->accuracy, &run->val_score};
    for (int i = 0; i < 4; i++) {
        free(all[i]->x);
        free(all[i]->y);
    }
    free(run->label);
}

/* Reads a run; *auroc is how the first, and so each, is measured. */
static bool open_run(char *const *names, const char *const *shown, int count, int index,
                     bool *auroc, run_curves *made)
{
    run_log log;
    if (!folder_not_file(names[index]) || !run_log_read(names[index], &log))
        return false;
    if (index == 0)
        *auroc = log.auroc;
    bool sound = log.count || complain("%s: its log.csv has no epoch yet", names[index]);
    if (sound && log.auroc != *auroc)
        sound = complain("plot: %s is measured by %s, %s by %s: these do not share an axis; draw "
                         "them apart",
                         names[0], *auroc ? "mean AUROC" : "accuracy", names[index],
                         log.auroc ? "mean AUROC" : "accuracy");
    sound = sound && (count == 1 || name_run(shown[index], made)) && make_curves(&log, made);
    run_log_free(&log);
    return sound;
}

bool curves_write(char *const *names, int count, bool says, const char *path)
{
    run_curves *runs = calloc((size_t)count, sizeof *runs);
    const char **shown = short_names(names, (size_t)count);
    bool sound = (runs && shown) || complain("out of memory for curves"), auroc = false;
    for (int i = 0; sound && i < count; i++)
        sound = open_run(names, shown, count, i, &auroc, &runs[i]);
    sound = sound && draw(runs, count, auroc, says, path);
    for (int i = 0; runs && i < count; i++)
        free_curves(&runs[i]);
    free(shown);
    free(runs);
    return sound;
}
