/* SPDX-License-Identifier: MIT */
#include "run/step_parts.h"

#include "run/train_settings.h"
#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

bool step_parts_open(step_parts *parts, int accumulate)
{
    parts->parts = calloc((size_t)accumulate, sizeof *parts->parts);
    parts->copies = calloc((size_t)accumulate, sizeof *parts->copies);
    return (parts->parts && parts->copies) || complain("out of memory for batches");
}

void step_parts_close(step_parts *parts, int accumulate)
{
    for (int i = 0; parts->copies && i < accumulate; i++)
        free(parts->copies[i]);
    free(parts->copies);
    free(parts->parts);
}

static bool keep_part(const train_run *run, step_parts *parts, const dn_batch *batch)
{
    dn_batch *part = &parts->parts[parts->count];
    *part = *batch;
    if (train_chosen.accumulate > 1 && batch->n > 0) {
        size_t picture =
            (size_t)run->preprocess.channels * (size_t)run->height * (size_t)run->width;
        size_t target = (size_t)dn_dataset_outputs(run->whole);
        size_t inputs = (size_t)batch->n * picture, targets = (size_t)batch->n * target;
        float *copy = realloc(parts->copies[parts->count], (inputs + targets) * sizeof *copy);
        if (!copy)
            return complain("out of memory for batches");
        memcpy(copy, batch->input, inputs * sizeof *copy);
        memcpy(copy + inputs, batch->targets, targets * sizeof *copy);
        parts->copies[parts->count] = copy;
        *part = (dn_batch){copy, copy + inputs, batch->n};
    }
    parts->count++;
    return true;
}

bool step_parts_load(train_run *run, step_parts *parts)
{
    parts->count = 0;
    for (int i = 0; i < train_chosen.accumulate; i++) {
        const dn_loaded *loaded;
        if (dn_loader_next(run->loader, &loaded) != DN_OK)
            return train_report_failure(run);
        for (int j = 0; j < loaded->new_skips; j++)
            if (!skipped_add(run->skipped, &loaded->skips[j]))
                return false;
        run->turned += loaded->turned;
        run->faint += loaded->faint;
        if (!keep_part(run, parts, &loaded->batch))
            return false;
        if (loaded->index + 1 == dn_loader_batches(run->loader))
            break;
    }
    return true;
}
