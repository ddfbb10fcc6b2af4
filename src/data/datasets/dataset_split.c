/* SPDX-License-Identifier: MIT */
/* Holding samples back, class by class. */
#include "data/datasets/dataset.h"

#include "base/memory.h"
#include "data/augment/draw.h"

#include <math.h>
#include <stdlib.h>

/* How many samples of each class to hold back. Rounding errors are carried from
 * class to class, so that the total is right even if classes are small; a class
 * always keeps at least one sample. */
static void count_held(const int *sizes, int classes, double fraction, int *held)
{
    double owed = 0;
    for (int class = 0; class < classes; class ++) {
        owed += fraction * sizes[class];
        int most = sizes[class] > 0 ? sizes[class] - 1 : 0;
        held[class] = (int)fmin(floor(owed + 0.5), most);
        owed -= held[class];
    }
}

/* What a split is chosen by. */
typedef struct split_plan {
    double fraction;
    uint64_t seed;
    int *left, *needed; /* by class: samples not yet seen, and how many of them to hold */
    bool *held;         /* by sample */
} split_plan;

/* Selection sampling (Knuth, volume 2, algorithm S): each sample is taken with
 * probability (still needed) / (still left) of its class. Labels count as one class. */
static void choose_held(const dn_dataset *whole, const split_plan *plan)
{
    for (int i = 0; i < whole->count; i++) {
        int class = dn_dataset_class(whole, i);
        if (class < 0)
            class = 0;
        dn_random random = dn_draw_for(DN_FOR_SPLIT, plan->seed, 0, i);
        plan->held[i] =
            (int)dn_random_below(&random, (uint32_t)plan->left[class]) < plan->needed[class];
        plan->needed[class] -= plan->held[i];
        plan->left[class]--;
    }
}

static dn_status create_part(const dn_dataset *whole, const bool *held, bool wanted,
                             dn_dataset **out)
{
    dn_dataset *part = NULL;
    DN_TRY(dn_calloc(1, sizeof *part, &part));
    dn_status status = dn_calloc((size_t)whole->count, sizeof *part->samples, &part->samples);
    if (status != DN_OK) {
        free(part);
        return status;
    }
    part->whole = whole;
    for (int i = 0; i < whole->count; i++)
        if (held[i] == wanted)
            part->samples[part->count++] = i;
    *out = part;
    return DN_OK;
}

static dn_status split(const dn_dataset *whole, const split_plan *plan, dn_dataset *parts[2])
{
    int classes = dn_dataset_outputs(whole), total = 0;
    for (int i = 0; i < whole->count; i++)
        plan->left[dn_dataset_class(whole, i) < 0 ? 0 : dn_dataset_class(whole, i)]++;
    count_held(plan->left, classes, plan->fraction, plan->needed);
    for (int class = 0; class < classes; class ++)
        total += plan->needed[class];
    if (total == 0)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%s: a share of %g of %d picture%s in %d class%s leaves none to hold back",
                       dn_dataset_source(whole), plan->fraction, whole->count,
                       whole->count == 1 ? "" : "s", classes, classes == 1 ? "" : "es");
    choose_held(whole, plan);
    DN_TRY(create_part(whole, plan->held, false, &parts[0]));
    return create_part(whole, plan->held, true, &parts[1]);
}

dn_status dn_dataset_split(const dn_dataset *whole, double fraction, uint64_t seed,
                           dn_dataset **rest, dn_dataset **held)
{
    DN_NEED(whole);
    DN_NEED(held);
    DN_NEED(rest);
    if (!(fraction > 0 && fraction < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "a fraction of %g: must lie between 0 and 1", fraction);
    size_t outputs = (size_t)dn_dataset_outputs(whole);
    split_plan plan = {.fraction = fraction, .seed = seed};
    dn_dataset *parts[2] = {0};
    DN_TRY(dn_calloc(2 * outputs, sizeof *plan.left, &plan.left));
    plan.needed = plan.left + outputs;
    dn_status status = dn_calloc((size_t)whole->count, sizeof *plan.held, &plan.held);
    if (status == DN_OK)
        status = split(whole, &plan, parts);
    free(plan.left);
    free(plan.held);
    if (status != DN_OK) {
        dn_dataset_free(parts[0]);
        return status;
    }
    *rest = parts[0];
    *held = parts[1];
    return DN_OK;
}
