/* SPDX-License-Identifier: MIT */
#include "drawing/curves.h"

#include "drawing/chart.h"
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
    char train_label[128], val_label[128];
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

static void name_curves(const char *run, bool alone, run_curves *made)
{
    size_t length = strlen(run);
    while (length > 1 && run[length - 1] == '/')
        length--;
    int start = (int)length;
    while (start > 0 && run[start - 1] != '/')
        start--;
    int shown = (int)length - start;
    const char *between = alone ? "" : " ";
    shown = alone ? 0 : shown > 40 ? 40 : shown;
    snprintf(made->train_label, sizeof made->train_label, "%.*s%straining", shown, run + start,
             between);
    snprintf(made->val_label, sizeof made->val_label, "%.*s%svalidation", shown, run + start,
             between);
}

static chart_series train_series(const run_curves *run, const curve *c, int colour)
{
    return (chart_series){run->train_label, c->x, c->y, c->count, colour, 1.5, true, false,
                          c->count <= 12};
}

static chart_series val_series(const run_curves *run, const curve *c, int colour)
{
    return (chart_series){run->val_label, c->x,  c->y,          c->count, colour, 2.2,
                          false,          false, c->count <= 60};
}

static bool draw(const run_curves *runs, int count, bool auroc, const char *path)
{
    chart_series *series = malloc(4 * (size_t)count * sizeof *series);
    if (!series)
        return complain("out of memory for curves");
    chart_series *loss = series, *score = series + 2 * count;
    for (int i = 0; i < count; i++) {
        loss[2 * i] = train_series(&runs[i], &runs[i].loss, i);
        loss[2 * i + 1] = val_series(&runs[i], &runs[i].val_loss, i);
        score[2 * i] = train_series(&runs[i], &runs[i].accuracy, i);
        score[2 * i + 1] = val_series(&runs[i], &runs[i].val_score, i);
    }
    chart_panel panels[] = {
        {"Loss", "epoch", loss, 2 * count, false, false},
        {auroc ? "Mean AUROC" : "Accuracy", "epoch", score, 2 * count, true, !auroc},
    };
    bool sound = chart_write(panels, 2, WIDTH, HEIGHT, path);
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
}

bool curves_write(char *const *names, int count, const char *path)
{
    run_curves *runs = calloc((size_t)count, sizeof *runs);
    bool sound = runs || complain("out of memory for curves"), auroc = false;
    for (int i = 0; sound && i < count; i++) {
        run_log log;
        sound = run_log_read(names[i], &log);
        if (!sound)
            break;
        auroc = auroc || log.auroc;
        name_curves(names[i], count == 1, &runs[i]);
        sound = make_curves(&log, &runs[i]);
        run_log_free(&log);
    }
    sound = sound && draw(runs, count, auroc, path);
    for (int i = 0; runs && i < count; i++)
        free_curves(&runs[i]);
    free(runs);
    return sound;
}
