/* SPDX-License-Identifier: MIT */
/* A step: passes over its parts, then the optimiser. */
#include "base/float_mode.h"
#include "base/memory.h"
#include "train/ema.h"
#include "train/loss.h"
#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int largest(const float *values, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static int count_correct(const dn_trainer *trainer, const dn_batch *part)
{
    int outputs = trainer->metadata->arch.classes, correct = 0;
    for (int i = 0; i < part->n && trainer->metadata->objective == DN_OBJECTIVE_CLASSES; i++)
        correct += largest(trainer->logits + (size_t)i * (size_t)outputs, outputs) ==
                   largest(part->targets + (size_t)i * (size_t)outputs, outputs);
    return correct;
}

static dn_loss_kind loss_of(const dn_trainer *trainer)
{
    return (dn_loss_kind){.objective = trainer->metadata->objective,
                          .outputs = trainer->metadata->arch.classes,
                          .smoothing = trainer->options.smoothing,
                          .class_weights = trainer->options.class_weights,
                          .positive_weights = trainer->options.positive_weights,
                          .soft = trainer->options.soft_targets};
}

/* Pictures of a part; rows, or labelled entries, as the mean counts them. */
static dn_part_size size_of(const dn_trainer *trainer, const dn_batch *part)
{
    dn_loss_kind kind = loss_of(trainer);
    return (dn_part_size){part->n, part->n ? dn_loss_weight(&kind, part->targets, part->n) : 0};
}

/* Sizes of a step's parts here, and what they come to in all processes. A part that has too few
 * pictures, here or, if norms see them all, everywhere, has none. */
typedef struct step_sizes {
    dn_part_size *own, *all; /* one allocation, of own */
    dn_part_size here, total;
    int last; /* part that has passes here; -1: none */
} step_sizes;

/* Norms that see the pictures of all need the passes of those that have none, too. */
static bool has_passes(const dn_trainer *trainer, const step_sizes *sizes, int part)
{
    return (trainer->options.sync_norms ? sizes->all : sizes->own)[part].pictures > 0;
}

static void leave_out_small(const dn_trainer *trainer, const dn_part_size *by, dn_part_size *sizes,
                            int count)
{
    for (int i = 0; i < count; i++)
        if (by[i].pictures < dn_engine_least(trainer->engine))
            sizes[i] = (dn_part_size){0};
}

static dn_status measure_parts(dn_trainer *trainer, const dn_batch *parts, int count,
                               step_sizes *sizes)
{
    bool shared = trainer->options.sync_norms;
    sizes->all = sizes->own + count;
    for (int i = 0; i < count; i++)
        sizes->own[i] = size_of(trainer, &parts[i]);
    if (!shared)
        leave_out_small(trainer, sizes->own, sizes->own, count);
    memcpy(sizes->all, sizes->own, (size_t)count * sizeof *sizes->own);
    if (trainer->exchange.machines)
        DN_TRY(dn_exchange_sizes(&trainer->exchange, sizes->all, count));
    if (shared) {
        leave_out_small(trainer, sizes->all, sizes->own, count);
        leave_out_small(trainer, sizes->all, sizes->all, count);
    }
    for (int i = 0; i < count; i++) {
        sizes->here.pictures += sizes->own[i].pictures;
        sizes->total.pictures += sizes->all[i].pictures;
        sizes->total.weight += sizes->all[i].weight;
        sizes->last = has_passes(trainer, sizes, i) ? i : sizes->last;
    }
    return DN_OK;
}

/* The same masks in every run, and others in every part and process. */
static uint64_t noise_of(const dn_trainer *trainer, int part)
{
    const dn_machines *machines = trainer->exchange.machines;
    uint64_t step = (uint64_t)dn_optimiser_steps(trainer->optimiser);
    uint64_t rank = machines ? (uint64_t)machines->rank : 0;
    return trainer->options.seed ^ (step << 20 | (uint64_t)part) ^ rank << 48;
}

static void begin_exchange(dn_trainer *trainer, const step_sizes *sizes)
{
    if (trainer->exchange.machines)
        dn_exchange_begin(&trainer->exchange, sizes->here.pictures / sizes->total.pictures);
}

/* The forward and backward passes of a part. Loss and gradient are means over the weight of all
 * parts in all processes. */
static dn_status run_part(dn_trainer *trainer, const dn_batch *part, const step_sizes *sizes,
                          int number, dn_step_result *result)
{
    dn_loss_kind kind = loss_of(trainer);
    double weight = sizes->total.weight, own = sizes->own[number].weight;
    double share = weight > 0 ? own / weight : 0;
    DN_TRY(dn_engine_forward(trainer->engine, part->input, part->n, noise_of(trainer, number),
                             trainer->logits));
    if (part->n)
        result->loss += share * dn_loss(&kind, trainer->logits, part->targets, part->n, share,
                                        trainer->gradient);
    result->correct += count_correct(trainer, part);
    result->pictures += part->n;
    if (number == sizes->last)
        begin_exchange(trainer, sizes);
    return dn_engine_backward(trainer->engine, trainer->gradient);
}

static dn_status run_measured(dn_trainer *trainer, const dn_batch *parts, int count,
                              step_sizes *sizes, dn_step_result *result)
{
    DN_TRY(measure_parts(trainer, parts, count, sizes));
    dn_engine_clear(trainer->engine);
    for (int i = 0; i < count; i++)
        if (has_passes(trainer, sizes, i))
            DN_TRY(run_part(trainer, &parts[i], sizes, i, result));
    if (!trainer->exchange.machines || !(sizes->total.pictures > 0))
        return DN_OK;
    if (sizes->last < 0)
        begin_exchange(trainer, sizes);
    return dn_exchange_finish(&trainer->exchange, result);
}

static dn_status run_parts(dn_trainer *trainer, const dn_batch *parts, int count,
                           dn_step_result *result)
{
    step_sizes sizes = {.last = -1};
    DN_TRY(dn_calloc(2 * (size_t)count, sizeof *sizes.own, &sizes.own));
    dn_status status = run_measured(trainer, parts, count, &sizes, result);
    free(sizes.own);
    return status;
}

static dn_status take_step(dn_trainer *trainer, dn_step_result *result)
{
    const dn_trainer_options *options = &trainer->options;
    size_t floats = dn_engine_layout(trainer->engine)->floats;
    float *weights = dn_engine_parameters(trainer->engine);
    float *gradients = dn_engine_gradients(trainer->engine);
    int64_t step = dn_optimiser_steps(trainer->optimiser);
    result->gradient_norm = dn_optimiser_norm(trainer->optimiser, gradients, trainer->team);
    if (!isfinite(result->loss) || !isfinite(result->gradient_norm))
        return dn_fail(DN_ERROR_NUMERIC,
                       "step %lld: the loss is %g and the gradient's norm %g; a lower learning "
                       "rate, warm-up or clipping may help",
                       (long long)step + 1, fabs(result->loss), fabs(result->gradient_norm));
    dn_update update = {
        .rate = result->rate,
        .momentum = dn_schedule_momentum(&trainer->schedule, step, options->momentum),
        .gradient_scale = dn_clip_scale(result->gradient_norm, options->clip),
    };
    dn_optimiser_step(trainer->optimiser, &update, weights, gradients, trainer->team);
    if (trainer->average)
        dn_ema_update(trainer->average, weights, floats, dn_ema_decay(options->ema, step),
                      trainer->team);
    return DN_OK;
}

dn_status dn_trainer_step(dn_trainer *trainer, const dn_batch *parts, int count,
                          dn_step_result *out)
{
    DN_NEED(trainer);
    DN_NEED(parts);
    DN_NEED(out);
    dn_step_result result = {0};
    if (count < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "a training step of %d parts: at least 1 is expected",
                       count);
    dn_float_mode before = dn_float_mode_enter();
    result.rate = dn_schedule_rate(&trainer->schedule, dn_optimiser_steps(trainer->optimiser));
    dn_status status = run_parts(trainer, parts, count, &result);
    if (status == DN_OK)
        status = take_step(trainer, &result);
    dn_float_mode_leave(before);
    if (status == DN_OK)
        *out = result;
    return status;
}
