/* SPDX-License-Identifier: MIT */
#include "train/trainer.h"

#include "base/memory.h"
#include "base/sized_options.h"
#include "train/ema.h"

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
        .machines = options->sync_norms ? dn_exchange_machines(options) : NULL,
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
    return dn_exchange_check(options);
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
    size_t exchanged = dn_exchange_floats(options, &layout);
    *bytes = planned.total + (states * layout.floats + logits + exchanged) * sizeof(float);
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
    if (status == DN_OK)
        status = dn_exchange_open(options, trainer->engine, frozen, &trainer->exchange);
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
    dn_exchange_close(&trainer->exchange);
    dn_optimiser_free(trainer->optimiser);
    dn_model_free(trainer->metadata);
    dn_region_free(&trainer->averages);
    free(trainer->logits);
    free(trainer->gradient);
    free(trainer->output_weights);
    free(trainer);
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
