/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include "base/float_mode.h"
#include "base/memory.h"
#include "base/sized_options.h"
#include "train/ema.h"
#include "train/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const dn_trainer_options defaults = {
    .optimiser = "sgd",
    .momentum = -1,
    .nesterov = true,
    .weight_decay = 1e-4,
    .schedule = "step",
    .rate = 0.1,
    .gamma = 0.1,
};

void dn_trainer_defaults(dn_trainer_options *options, size_t struct_size)
{
    dn_start_options(options, struct_size, &defaults, sizeof defaults);
}

/* What a precision's maps are; of an unknown one, DN_DTYPE_COUNT. */
static dn_dtype maps_of(const char *precision)
{
    if (!precision || strcmp(precision, "f32") == 0)
        return DN_F32;
    return strcmp(precision, "bf16") == 0 ? DN_BF16 : DN_DTYPE_COUNT;
}

static dn_engine_options engine_options(const dn_trainer_options *options, const bool *frozen)
{
    return (dn_engine_options){
        .images = options->batch,
        .height = options->height,
        .width = options->width,
        .team = {options->workers, options->threads},
        .low_memory = options->low_memory,
        .allocator = options->allocator,
        .dropout = options->dropout,
        .frozen = frozen,
        .maps = maps_of(options->precision),
    };
}

static dn_status check_options(const dn_trainer_options *options)
{
    if (options->batch < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "training: a batch of %d, at least 1 is expected",
                       options->batch);
    if (!(options->smoothing >= 0 && options->smoothing < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "training: label smoothing %g, 0 to 1 is expected",
                       options->smoothing);
    if (!(options->ema >= 0 && options->ema < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "training: a decay of averages of %g, 0 to 1 is expected",
                       options->ema);
    if (!(options->clip >= 0))
        return dn_fail(DN_ERROR_ARGUMENT, "training: clipping at %g, 0 or more is expected",
                       options->clip);
    if (maps_of(options->precision) == DN_DTYPE_COUNT)
        return dn_fail(DN_ERROR_ARGUMENT, "training: precision \"%s\": f32 or bf16 is expected",
                       options->precision);
    return DN_OK;
}

/* Weights of outputs are of one kind of targets, in which their sum is a divisor. */
static dn_status check_weights(const dn_trainer_options *options, const dn_model *start)
{
    bool classes = start->objective == DN_OBJECTIVE_CLASSES;
    const float *weights = classes ? options->class_weights : options->positive_weights;
    if (classes ? options->positive_weights : options->class_weights)
        return dn_fail(DN_ERROR_ARGUMENT, "training: %s weights, but the targets are %s",
                       classes ? "positive" : "class", classes ? "classes" : "labels");
    float sum = 0;
    for (int i = 0; weights && i < start->arch.classes; i++) {
        if (!isfinite(weights[i]) || weights[i] < 0)
            return dn_fail(DN_ERROR_ARGUMENT,
                           "training: output %d has the weight %g, a finite one of 0 or more is "
                           "expected",
                           i + 1, (double)weights[i]);
        sum += weights[i];
    }
    if (weights && !(sum > 0))
        return dn_fail(DN_ERROR_ARGUMENT, "training: all outputs have the weight 0");
    return DN_OK;
}

static dn_status copy_weights(dn_trainer *trainer, int outputs)
{
    dn_trainer_options *options = &trainer->options;
    const float **weights =
        options->class_weights ? &options->class_weights : &options->positive_weights;
    if (!*weights)
        return DN_OK;
    DN_TRY(dn_calloc((size_t)outputs, sizeof(float), &trainer->output_weights));
    memcpy(trainer->output_weights, *weights, (size_t)outputs * sizeof(float));
    *weights = trainer->output_weights;
    return DN_OK;
}

static dn_status choose_optimiser(const dn_trainer_options *options, dn_optimiser_options *chosen)
{
    DN_TRY(dn_optimiser_find(options->optimiser, chosen));
    if (options->momentum >= 0)
        chosen->momentum = options->momentum;
    chosen->nesterov = options->nesterov;
    chosen->weight_decay = options->weight_decay;
    chosen->allocator = options->allocator;
    return DN_OK;
}

dn_status dn_trainer_plan(const dn_arch *arch, const dn_trainer_options *given, size_t *bytes)
{
    DN_NEED(arch);
    DN_NEED(given);
    DN_NEED(bytes);
    dn_trainer_options chosen = defaults, *options = &chosen;
    DN_TRY(dn_read_options(given, &chosen, sizeof chosen));
    dn_engine_options engine = engine_options(options, NULL);
    dn_optimiser_options optimiser;
    dn_engine_bytes planned;
    dn_layout layout;
    DN_TRY(check_options(options));
    DN_TRY(choose_optimiser(options, &optimiser));
    DN_TRY(dn_engine_plan(arch, &engine, &planned));
    DN_TRY(dn_layout_create(arch, &layout));
    size_t logits = 2 * (size_t)options->batch * (size_t)arch->classes;
    size_t states = (size_t)dn_optimiser_slots(&optimiser) + (options->ema > 0);
    *bytes = planned.total + (states * layout.floats + logits) * sizeof(float);
    dn_layout_free(&layout);
    return DN_OK;
}

/* The optimiser leaves out running statistics and frozen parameters. */
static dn_status create_optimiser(dn_trainer *trainer, const bool *frozen)
{
    const dn_trainer_options *options = &trainer->options;
    const dn_layout *layout = dn_engine_layout(trainer->engine);
    dn_optimiser_options chosen;
    DN_TRY(choose_optimiser(options, &chosen));
    dn_parameter *parameters;
    DN_TRY(dn_calloc((size_t)layout->count, sizeof *parameters, &parameters));
    int count = 0;
    for (int i = 0; i < layout->count; i++) {
        const dn_slot *slot = &layout->slots[i];
        if (dn_is_trained(slot) && !frozen[i])
            parameters[count++] = (dn_parameter){slot->offset, slot->count};
    }
    dn_status status =
        dn_optimiser_create(&chosen, parameters, count, layout->floats, &trainer->optimiser);
    free(parameters);
    return status;
}

static dn_status create_engine(dn_trainer *trainer, const dn_model *start)
{
    const dn_trainer_options *options = &trainer->options;
    bool *frozen;
    DN_TRY(dn_calloc((size_t)start->layout.count, sizeof *frozen, &frozen));
    dn_status status = options->freeze ? dn_freeze(options->freeze, &start->layout, frozen) : DN_OK;
    dn_engine_options chosen = engine_options(options, frozen);
    if (status == DN_OK)
        status = dn_engine_create(start, &chosen, &trainer->engine);
    if (status == DN_OK)
        status = create_optimiser(trainer, frozen);
    free(frozen);
    return status;
}

static dn_status fill_trainer(dn_trainer *trainer, const dn_model *start)
{
    const dn_trainer_options *options = &trainer->options;
    DN_TRY(dn_schedule_find(options->schedule, options->rate, options->steps, &trainer->schedule));
    trainer->schedule.warmup = options->warmup;
    trainer->schedule.gamma = options->gamma;
    DN_TRY(check_weights(options, start));
    DN_TRY(copy_weights(trainer, start->arch.classes));
    if (options->milestones[0] > 0)
        memcpy(trainer->schedule.milestones, options->milestones, sizeof options->milestones);
    DN_TRY(dn_schedule_check(&trainer->schedule));
    DN_TRY(create_engine(trainer, start));
    DN_TRY(dn_model_create(&start->arch, false, &trainer->metadata));
    DN_TRY(dn_model_copy_metadata(start, trainer->metadata));
    size_t floats = dn_engine_layout(trainer->engine)->floats;
    size_t logits = (size_t)options->batch * (size_t)start->arch.classes;
    DN_TRY(dn_alloc_aligned(logits, sizeof(float), &trainer->logits));
    DN_TRY(dn_alloc_aligned(logits, sizeof(float), &trainer->gradient));
    if (options->ema > 0) {
        DN_TRY(dn_region_create(options->allocator, floats, sizeof(float), &trainer->averages));
        trainer->average = trainer->averages.data;
        memcpy(trainer->average, dn_engine_parameters(trainer->engine), floats * sizeof(float));
    }
    return DN_OK;
}

dn_status dn_trainer_create(const dn_model *start, const dn_trainer_options *given,
                            dn_trainer **out)
{
    DN_NEED(start);
    DN_NEED(given);
    DN_NEED(out);
    dn_trainer_options chosen = defaults, *options = &chosen;
    DN_TRY(dn_read_options(given, &chosen, sizeof chosen));
    DN_TRY(check_options(options));
    dn_trainer *trainer;
    DN_TRY(dn_calloc(1, sizeof *trainer, &trainer));
    trainer->options = *options;
    dn_status status = dn_choose_team(options->threads, options->workers, &trainer->team);
    if (status == DN_OK)
        status = fill_trainer(trainer, start);
    trainer->options.optimiser = trainer->options.schedule = trainer->options.freeze = NULL;
    trainer->options.allocator = NULL;
    if (status != DN_OK) {
        dn_trainer_free(trainer);
        return status;
    }
    *out = trainer;
    return DN_OK;
}

void dn_trainer_free(dn_trainer *trainer)
{
    if (!trainer)
        return;
    dn_engine_free(trainer->engine);
    dn_optimiser_free(trainer->optimiser);
    dn_model_free(trainer->metadata);
    dn_region_free(&trainer->averages);
    free(trainer->logits);
    free(trainer->gradient);
    free(trainer->output_weights);
    free(trainer);
}

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

/* Rows, or labelled entries, of a part, as the mean counts them; 0 if it is skipped. */
static double part_weight(const dn_trainer *trainer, const dn_batch *part)
{
    if (part->n < dn_engine_least(trainer->engine))
        return 0;
    dn_loss_kind kind = loss_of(trainer);
    return dn_loss_weight(&kind, part->targets, part->n);
}

/* The forward and backward passes of one part, which makes up `share` of the step. */
static dn_status run_part(dn_trainer *trainer, const dn_batch *part, uint64_t noise, double share,
                          dn_step_result *result)
{
    dn_loss_kind kind = loss_of(trainer);
    DN_TRY(dn_engine_forward(trainer->engine, part->input, part->n, noise, trainer->logits));
    result->loss +=
        share * dn_loss(&kind, trainer->logits, part->targets, part->n, share, trainer->gradient);
    result->correct += count_correct(trainer, part);
    result->pictures += part->n;
    return dn_engine_backward(trainer->engine, trainer->gradient);
}

/* The loss and its gradient are means over `*weight` rows or labelled entries. */
static dn_status run_parts(dn_trainer *trainer, const dn_batch *parts, int count, double *weight,
                           dn_step_result *result)
{
    int64_t step = dn_optimiser_steps(trainer->optimiser);
    *weight = 0;
    for (int i = 0; i < count; i++)
        *weight += part_weight(trainer, &parts[i]);
    dn_engine_clear(trainer->engine);
    for (int i = 0; i < count; i++) {
        if (parts[i].n < dn_engine_least(trainer->engine))
            continue;
        double own = part_weight(trainer, &parts[i]);
        uint64_t noise = trainer->options.seed ^ ((uint64_t)step << 20 | (uint64_t)i);
        DN_TRY(run_part(trainer, &parts[i], noise, *weight > 0 ? own / *weight : 0, result));
    }
    return DN_OK;
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
    double weight;
    dn_step_result result = {0};
    if (count < 1)
        return dn_fail(DN_ERROR_ARGUMENT, "a training step of %d parts: at least 1 is expected",
                       count);
    dn_float_mode before = dn_float_mode_enter();
    result.rate = dn_schedule_rate(&trainer->schedule, dn_optimiser_steps(trainer->optimiser));
    dn_status status = run_parts(trainer, parts, count, &weight, &result);
    if (status == DN_OK && trainer->options.sum)
        status = dn_join_machines(trainer, weight, before, &result);
    if (status == DN_OK)
        status = take_step(trainer, &result);
    dn_float_mode_leave(before);
    if (status == DN_OK)
        *out = result;
    return status;
}

int64_t dn_trainer_steps(const dn_trainer *trainer)
{
    if (!trainer)
        return 0;
    return dn_optimiser_steps(trainer->optimiser);
}

dn_status dn_trainer_model(const dn_trainer *trainer, bool averaged, dn_model **out)
{
    DN_NEED(trainer);
    DN_NEED(out);
    dn_model *model;
    DN_TRY(dn_model_create(&trainer->metadata->arch, true, &model));
    dn_status status = dn_model_copy_metadata(trainer->metadata, model);
    if (status != DN_OK) {
        dn_model_free(model);
        return status;
    }
    const float *weights =
        averaged && trainer->average ? trainer->average : dn_engine_parameters(trainer->engine);
    memcpy(model->storage, weights, model->layout.floats * sizeof(float));
    if (model->batches_tracked >= 0)
        model->batches_tracked += (double)dn_trainer_steps(trainer);
    *out = model;
    return DN_OK;
}
