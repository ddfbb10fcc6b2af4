/* SPDX-License-Identifier: MIT */
/* From settings to the trainer's options. */
#include "arguments/options.h"
#include "arguments/threads.h"
#include "run/launched.h"
#include "run/train_settings.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

static bool parse_milestones(const char *text, double milestones[8])
{
    int count = 0;
    for (const char *at = text; *at && count < 8;) {
        char *end;
        double share = strtod(at, &end);
        if (end == at || (*end && *end != ',') || !(share > 0 && share < 1) ||
            (count && share <= milestones[count - 1]))
            break;
        milestones[count++] = share;
        if (!*end)
            return true;
        at = end + 1;
    }
    return complain("train: --milestones: \"%s\" is not a rising list of shares such as 0.5,0.75",
                    text);
}

bool train_settings_trainer(dn_trainer_options *options)
{
    dn_trainer_defaults(options, sizeof *options);
    options->threads = threads_asked();
    options->low_memory = strcmp(train_chosen.memory, "low") == 0;
    options->precision = train_chosen.precision;
    options->seed = (uint64_t)train_chosen.seed;
    options->optimiser = train_chosen.optimiser;
    if (option_given(&train_chosen.momentum))
        options->momentum = train_chosen.momentum;
    options->nesterov = train_chosen.nesterov;
    options->weight_decay = train_chosen.weight_decay;
    options->clip = train_chosen.clip;
    options->schedule = train_chosen.schedule;
    options->rate = train_chosen.lr;
    options->dropout = train_chosen.dropout;
    options->smoothing = train_chosen.label_smoothing;
    options->ema = train_chosen.ema;
    options->freeze = train_chosen.freeze;
    options->machines = launched_machines();
    options->sync_norms = train_chosen.sync_bn;
    options->bucket = (size_t)(train_chosen.bucket_mb * 1e6);
    return !train_chosen.milestones ||
           parse_milestones(train_chosen.milestones, options->milestones);
}
