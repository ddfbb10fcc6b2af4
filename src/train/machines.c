/* SPDX-License-Identifier: MIT */
#include "train/machines.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_BUCKET ((size_t)4 << 20) /* bytes */

dn_status dn_exchange_check(const dn_trainer_options *options)
{
    const dn_machines *machines = options->machines;
    if (machines &&
        (machines->count < 1 || machines->rank < 0 || machines->rank >= machines->count))
        return dn_fail(DN_ERROR_ARGUMENT, "training: process %d of %d", machines->rank,
                       machines->count);
    return DN_OK;
}

const dn_machines *dn_exchange_machines(const dn_trainer_options *options)
{
    return options->machines && options->machines->count > 1 ? options->machines : NULL;
}

static bool is_running(const dn_slot *slot)
{
    return !dn_is_trained(slot);
}

size_t dn_exchange_floats(const dn_trainer_options *options, const dn_layout *layout)
{
    size_t floats = 0;
    if (!dn_exchange_machines(options) || options->sync_norms)
        return 0;
    for (int i = 0; i < layout->count; i++)
        floats += is_running(&layout->slots[i]) ? layout->slots[i].count : 0;
    return floats;
}

dn_status dn_exchange_open(const dn_trainer_options *options, dn_engine *engine, const bool *frozen,
                           dn_exchange *exchange)
{
    const dn_layout *layout = dn_engine_layout(engine);
    size_t floats = dn_exchange_floats(options, layout), bytes = options->bucket;
    *exchange = (dn_exchange){
        .machines = dn_exchange_machines(options), .engine = engine, .trained = layout->floats};
    exchange->bucket = (bytes ? bytes : USUAL_BUCKET) / sizeof(float);
    exchange->bucket += exchange->bucket == 0;
    for (int i = layout->count - 1; i >= 0; i--)
        if (dn_is_trained(&layout->slots[i]) && !frozen[i])
            exchange->trained = layout->slots[i].offset;
    return floats ? dn_calloc(floats, sizeof(float), &exchange->statistics) : DN_OK;
}

void dn_exchange_close(dn_exchange *exchange)
{
    free(exchange->statistics);
}

static dn_status add_up(dn_exchange *exchange, double *values, size_t count)
{
    const dn_machines *machines = exchange->machines;
    double start = dn_seconds();
    DN_TRY(machines->sum(machines->context, values, count));
    exchange->waited += dn_seconds() - start;
    return DN_OK;
}

dn_status dn_exchange_sizes(dn_exchange *exchange, dn_part_size *sizes, int count)
{
    exchange->begun = dn_engine_layout(exchange->engine)->floats;
    exchange->waited = 0;
    exchange->status = DN_OK;
    return add_up(exchange, &sizes->pictures, 2 * (size_t)count);
}

/* ---- running statistics ---- */

/* Between their places among the parameters and one after the other. */
static size_t move_statistics(const dn_exchange *exchange, bool back, float share)
{
    const dn_layout *layout = dn_engine_layout(exchange->engine);
    float *parameters = dn_engine_parameters(exchange->engine), *at = exchange->statistics;
    for (int i = 0; i < layout->count; i++) {
        const dn_slot *slot = &layout->slots[i];
        float *own = parameters + slot->offset;
        for (size_t k = 0; is_running(slot) && k < slot->count; k++, at++) {
            if (back)
                own[k] = *at;
            else
                *at = own[k] * share;
        }
    }
    return (size_t)(at - exchange->statistics);
}

/* ---- gradients ---- */

static void begin(dn_exchange *exchange, float *values, size_t count, bool exact)
{
    const dn_machines *machines = exchange->machines;
    if (exchange->status == DN_OK && count)
        exchange->status = machines->begin(machines->context, values, count, exact);
}

/* Whole buckets, counted from the end, where they do not depend on what is ready when. */
static void begin_buckets(dn_exchange *exchange, size_t first)
{
    float *gradients = dn_engine_gradients(exchange->engine);
    while (exchange->begun >= first + exchange->bucket) {
        exchange->begun -= exchange->bucket;
        begin(exchange, gradients + exchange->begun, exchange->bucket, false);
    }
}

static void gradients_ready(size_t first, void *context)
{
    dn_exchange *exchange = context;
    const dn_machines *machines = exchange->machines;
    begin_buckets(exchange, first > exchange->trained ? first : exchange->trained);
    if (exchange->status == DN_OK)
        exchange->status = machines->advance(machines->context);
}

void dn_exchange_begin(dn_exchange *exchange, double share)
{
    if (exchange->statistics)
        begin(exchange, exchange->statistics, move_statistics(exchange, false, (float)share), true);
    dn_engine_watch(exchange->engine, gradients_ready, exchange);
}

static dn_status wait_for_all(dn_exchange *exchange)
{
    const dn_machines *machines = exchange->machines;
    double start = dn_seconds();
    DN_TRY(machines->finish(machines->context));
    exchange->waited += dn_seconds() - start;
    return DN_OK;
}

dn_status dn_exchange_finish(dn_exchange *exchange, dn_step_result *result)
{
    double totals[] = {result->loss, result->correct, result->pictures};
    dn_engine_watch(exchange->engine, NULL, NULL);
    begin_buckets(exchange, exchange->trained);
    begin(exchange, dn_engine_gradients(exchange->engine) + exchange->trained,
          exchange->begun - exchange->trained, false);
    DN_TRY(exchange->status);
    DN_TRY(add_up(exchange, totals, sizeof totals / sizeof *totals));
    DN_TRY(wait_for_all(exchange));
    if (exchange->statistics)
        move_statistics(exchange, true, 1);
    result->loss = totals[0];
    result->correct = (int)totals[1];
    result->pictures = (int)totals[2];
    result->waited = exchange->waited + dn_engine_waited(exchange->engine);
    return DN_OK;
}
