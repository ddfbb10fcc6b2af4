/* SPDX-License-Identifier: MIT */
/* Training on several machines, whose sums are all that they exchange. */
#include "train/trainer.h"

#include <math.h>

/* A count as floats of 12 bits each, whose sums over 4096 machines are exact. */
#define COUNT_FLOATS 4
#define COUNT_BITS 12

static void split_count(int64_t count, float parts[COUNT_FLOATS])
{
    for (int i = 0; i < COUNT_FLOATS; i++, count >>= COUNT_BITS)
        parts[i] = (float)(count & ((1 << COUNT_BITS) - 1));
}

static int64_t join_count(const float parts[COUNT_FLOATS])
{
    int64_t count = 0;
    for (int i = COUNT_FLOATS - 1; i >= 0; i--)
        count = (count << COUNT_BITS) + (int64_t)parts[i];
    return count;
}

/* The unit in which a weight is a count: 1, or, if classes weigh differently, so small a part of
 * the heaviest that rounding is lost among floats. */
static double weight_unit(const dn_trainer *trainer)
{
    const dn_trainer_options *options = &trainer->options;
    float heaviest = 0;
    if (!options->class_weights || options->soft_targets)
        return 1;
    for (int i = 0; i < trainer->metadata->arch.classes; i++)
        heaviest = fmaxf(heaviest, options->class_weights[i]);
    return (double)heaviest * 0x1p-24;
}

/* The caller's function, in the caller's way of computing. */
static dn_status sum(const dn_trainer *trainer, float *values, size_t count, dn_float_mode caller)
{
    const dn_trainer_options *options = &trainer->options;
    dn_float_mode own = dn_float_mode_enter();
    dn_float_mode_leave(caller);
    dn_status status = options->sum(values, count, options->sum_context);
    dn_float_mode_leave(own);
    return status;
}

dn_status dn_join_machines(dn_trainer *trainer, double weight, dn_float_mode caller,
                           dn_step_result *result)
{
    size_t floats = dn_engine_layout(trainer->engine)->floats;
    float *gradients = dn_engine_gradients(trainer->engine);
    float totals[1 + 3 * COUNT_FLOATS] = {(float)(result->loss * weight)};
    float *weights = totals + 1, *correct = weights + COUNT_FLOATS;
    float *pictures = correct + COUNT_FLOATS;
    double unit = weight_unit(trainer);
    int64_t own = llround(weight / unit);
    split_count(own, weights);
    split_count(result->correct, correct);
    split_count(result->pictures, pictures);
    DN_TRY(sum(trainer, totals, sizeof totals / sizeof *totals, caller));
    double all = (double)join_count(weights);
    float share = all > 0 ? (float)((double)own / all) : 0;
    for (size_t i = 0; i < floats; i++)
        gradients[i] *= share;
    DN_TRY(sum(trainer, gradients, floats, caller));
    result->loss = all > 0 ? (double)totals[0] / (all * unit) : 0;
    result->correct = (int)join_count(correct);
    result->pictures = (int)join_count(pictures);
    return DN_OK;
}
