/* SPDX-License-Identifier: MIT */
#include "commands/bench_train.h"

#include "ui/memory_headroom.h"
#include "ui/report.h"

#include <stdlib.h>

/* Every picture is of class 0: timing does not depend on it. */
static bool time_steps(dn_trainer *trainer, const dn_batch *batch, int runs, double *seconds,
                       bench_row *row)
{
    for (int run = -1; run < runs; run++) {
        dn_step_result result;
        bench_clock clock = bench_start();
        progress("step %d of %d", run + 1, runs);
        if (!ok_or_complain(dn_trainer_step(trainer, batch, 1, &result)))
            return false;
        if (run >= 0)
            seconds[run] = bench_stop(row, clock);
    }
    progress_end();
    return true;
}

bool bench_train(const dn_model *model, const float *input, int runs, double *seconds,
                 bench_row *row)
{
    const dn_arch *arch = dn_model_arch(model);
    dn_trainer_options options;
    dn_trainer *trainer = NULL;
    dn_trainer_defaults(&options, sizeof options);
    options.batch = row->batch;
    options.height = row->height;
    options.width = row->width;
    options.threads = row->threads;
    options.precision = row->precision;
    options.steps = runs + 1;
    options.schedule = "constant";
    options.rate = 1e-4;
    if (!ok_or_complain(dn_trainer_plan(arch, &options, &row->bytes)))
        return false;
    if (!memory_suffices((double)row->bytes,
                         "bench: training on %d picture%s, %d wide and %d high,", row->batch,
                         row->batch == 1 ? "" : "s", row->width, row->height))
        return false;
    float *targets = calloc((size_t)row->batch * (size_t)arch->classes, sizeof *targets);
    if (!targets)
        return complain("bench: out of memory");
    for (int i = 0; i < row->batch; i++)
        targets[(size_t)i * (size_t)arch->classes] = 1;
    bool sound = dn_trainer_create(model, &options, &trainer) == DN_OK;
    if (!sound)
        refuse();
    dn_batch batch = {input, targets, row->batch};
    sound = sound && time_steps(trainer, &batch, runs, seconds, row);
    dn_trainer_free(trainer);
    free(targets);
    return sound;
}
