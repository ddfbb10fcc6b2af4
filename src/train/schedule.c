/* SPDX-License-Identifier: MIT */
#include "train/schedule.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {
    [DN_SCHEDULE_CONSTANT] = "constant",
    [DN_SCHEDULE_STEP] = "step",
    [DN_SCHEDULE_COSINE] = "cosine",
    [DN_SCHEDULE_ONECYCLE] = "onecycle",
};

enum { KINDS = sizeof names / sizeof *names };

dn_status dn_schedule_find(const char *name, double rate, int64_t steps, dn_schedule *schedule)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (strcmp(name, names[kind]) == 0) {
            *schedule = (dn_schedule){.kind = (dn_schedule_kind)kind,
                                      .rate = rate,
                                      .steps = steps,
                                      .milestones = {0.5, 0.75},
                                      .gamma = 0.1,
                                      .start_divisor = 25,
                                      .final_divisor = 1e4,
                                      .lowest_momentum = 0.85,
                                      .highest_momentum = 0.95};
            return DN_OK;
        }
    return dn_fail(DN_ERROR_ARGUMENT,
                   "%s: unknown schedule; the schedules are constant, step, cosine and onecycle",
                   name);
}

dn_status dn_schedule_check(const dn_schedule *schedule)
{
    if (!(schedule->rate >= 0 && schedule->rate < INFINITY))
        return dn_fail(DN_ERROR_ARGUMENT, "learning rate %g: must be a number of at least 0",
                       schedule->rate);
    if (schedule->steps < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "a run of %lld steps: at least one is needed",
                       (long long)schedule->steps);
    if (schedule->warmup < 0 || schedule->warmup >= schedule->steps)
        return dn_fail(
            DN_ERROR_ARGUMENT, "a warm-up of %lld step%s: must be shorter than the run of %lld",
            (long long)schedule->warmup, dn_plural(schedule->warmup), (long long)schedule->steps);
    double previous = 0;
    for (int i = 0; i < DN_MAX_MILESTONES && schedule->milestones[i] != 0; i++) {
        if (!(schedule->milestones[i] > previous && schedule->milestones[i] <= 1))
            return dn_fail(DN_ERROR_ARGUMENT,
                           "milestone %g: milestones are rising fractions of the run, up to 1",
                           schedule->milestones[i]);
        previous = schedule->milestones[i];
    }
    return DN_OK;
}

static double cosine_between(double start, double end, double progress)
{
    return end + (start - end) / 2 * (cos(M_PI * progress) + 1);
}

static double step_rate(const dn_schedule *schedule, int64_t step)
{
    double rate = schedule->rate;
    for (int i = 0; i < DN_MAX_MILESTONES && schedule->milestones[i] != 0; i++) {
        /* 0.07 * 100 is slightly more than 7, but means 7 */
        double milestone = ceil(schedule->milestones[i] * (double)schedule->steps - 1e-6);
        if ((double)step >= milestone)
            rate *= schedule->gamma;
    }
    return rate;
}

/* PyTorch's two phases, ends included: steps 0..rise, then rise..steps - 1.
 * Returns the phase (0 or 1) and how far into it the step is. */
static int cycle_phase(const dn_schedule *schedule, int64_t step, double *progress)
{
    double length = schedule->warmup ? (double)schedule->warmup : 0.3 * (double)schedule->steps;
    double rise = length - 1, last = (double)(schedule->steps - 1), at = (double)step;
    if (rise > 0 && at <= rise) {
        *progress = at / rise;
        return 0;
    }
    *progress = last > rise ? (at - rise) / (last - rise) : 1;
    return 1;
}

static double cycle_rate(const dn_schedule *schedule, int64_t step)
{
    double start = schedule->rate / schedule->start_divisor, progress;
    if (cycle_phase(schedule, step, &progress) == 0)
        return cosine_between(start, schedule->rate, progress);
    return cosine_between(schedule->rate, start / schedule->final_divisor, progress);
}

double dn_schedule_rate(const dn_schedule *schedule, int64_t step)
{
    if (step >= schedule->steps)
        step = schedule->steps - 1;
    if (schedule->kind == DN_SCHEDULE_ONECYCLE)
        return cycle_rate(schedule, step);
    if (step < schedule->warmup)
        return schedule->rate * (double)(step + 1) / (double)schedule->warmup;
    if (schedule->kind == DN_SCHEDULE_STEP)
        return step_rate(schedule, step);
    if (schedule->kind == DN_SCHEDULE_COSINE)
        return cosine_between(schedule->rate, schedule->final_rate,
                              (double)(step - schedule->warmup) /
                                  (double)(schedule->steps - schedule->warmup));
    return schedule->rate;
}

double dn_schedule_momentum(const dn_schedule *schedule, int64_t step, double momentum)
{
    if (momentum >= 0)
        return momentum;
    if (schedule->kind != DN_SCHEDULE_ONECYCLE)
        return 0.9;
    double progress;
    if (step >= schedule->steps)
        step = schedule->steps - 1;
    if (cycle_phase(schedule, step, &progress) == 0)
        return cosine_between(schedule->highest_momentum, schedule->lowest_momentum, progress);
    return cosine_between(schedule->lowest_momentum, schedule->highest_momentum, progress);
}
