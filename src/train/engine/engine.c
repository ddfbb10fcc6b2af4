/* SPDX-License-Identifier: MIT */
#include "train/engine/memory_plan.h"

#include <stdlib.h>
#include <string.h>

static void find_first_trained(dn_engine *engine)
{
    int slot = 0;
    while (slot < engine->layout.count &&
           (engine->frozen[slot] || !dn_is_trained(&engine->layout.slots[slot])))
        slot++;
    engine->first_trained = slot;
}

static dn_status fill_engine(dn_engine *engine, bool allocate)
{
    dn_engine_options *options = &engine->options;
    if (!engine->map_kernels)
        return dn_fail(DN_ERROR_ARGUMENT, "precision \"bf16\": the %s kernels do not compute it",
                       engine->kernels->name);
    DN_TRY(dn_choose_team(options->team.threads, options->team.workers, &options->team));
    if (!(options->dropout >= 0 && options->dropout < 1))
        return dn_fail(DN_ERROR_ARGUMENT, "dropout %g: must be at least 0 and below 1",
                       options->dropout);
    DN_TRY(dn_layout_create(&engine->arch, &engine->layout));
    DN_TRY(dn_calloc((size_t)engine->layout.count, sizeof *engine->frozen, &engine->frozen));
    if (options->frozen)
        memcpy(engine->frozen, options->frozen, (size_t)engine->layout.count * sizeof(bool));
    options->frozen = engine->frozen;
    find_first_trained(engine);
    int smallest = dn_arch_smallest_input(&engine->arch);
    if (options->height < smallest || options->width < smallest)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "pictures %d wide and %d high: this network needs at least %d pixels either way",
            options->width, options->height, smallest);
    DN_TRY(dn_graph_create(&engine->arch, &engine->graph));
    dn_graph_measure(&engine->graph, options->height, options->width);
    DN_TRY(dn_graph_check_grid(&engine->graph));
    DN_TRY(dn_calloc((size_t)engine->graph.map_count, sizeof *engine->maps, &engine->maps));
    return dn_engine_lay_out(engine, allocate);
}

static dn_status make_engine(const dn_arch *arch, const dn_engine_options *options, bool allocate,
                             dn_engine **out)
{
    dn_engine *engine;
    DN_TRY(dn_arch_check(arch));
    if (arch->classes == 0)
        return dn_fail(DN_ERROR_ARGUMENT, "training: the network has no head; "
                                          "dn_model_replace_head makes one");
    DN_TRY(dn_calloc(1, sizeof *engine, &engine));
    engine->arch = *arch;
    engine->options = *options;
    engine->kernels = dn_kernels_best();
    engine->map_kernels = dn_engine_halves(engine) ? engine->kernels->halves : engine->kernels;
    dn_status status = fill_engine(engine, allocate);
    if (status != DN_OK) {
        dn_engine_free(engine);
        return status;
    }
    *out = engine;
    return DN_OK;
}

dn_status dn_engine_plan(const dn_arch *arch, const dn_engine_options *options,
                         dn_engine_bytes *bytes)
{
    dn_engine *engine;
    DN_TRY(make_engine(arch, options, false, &engine));
    *bytes = engine->bytes;
    dn_engine_free(engine);
    return DN_OK;
}

dn_status dn_engine_create(const dn_model *model, const dn_engine_options *options, dn_engine **out)
{
    dn_engine *engine;
    DN_TRY(make_engine(&model->arch, options, true, &engine));
    for (int i = 0; i < engine->layout.count; i++)
        memcpy(dn_parameter_of(engine, i), model->tensors[i],
               engine->layout.slots[i].count * sizeof(float));
    dn_engine_clear(engine);
    *out = engine;
    return DN_OK;
}

void dn_engine_free(dn_engine *engine)
{
    if (!engine)
        return;
    dn_graph_free(&engine->graph);
    dn_layout_free(&engine->layout);
    free(engine->frozen);
    free(engine->maps);
    dn_region_free(&engine->memory);
    free(engine);
}

/* ---- what it holds ---- */

const dn_layout *dn_engine_layout(const dn_engine *engine)
{
    return &engine->layout;
}

float *dn_engine_parameters(dn_engine *engine)
{
    return engine->parameters;
}

float *dn_engine_gradients(dn_engine *engine)
{
    return engine->gradients;
}

dn_engine_bytes dn_engine_memory(const dn_engine *engine)
{
    return engine->bytes;
}

void dn_engine_watch(dn_engine *engine, dn_gradients_ready *ready, void *context)
{
    engine->ready = ready;
    engine->ready_context = context;
}

double dn_engine_waited(const dn_engine *engine)
{
    return engine->waited;
}

void dn_engine_clear(dn_engine *engine)
{
    memset(engine->gradients, 0, engine->layout.floats * sizeof(float));
    engine->waited = 0;
}
