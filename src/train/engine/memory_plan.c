/* SPDX-License-Identifier: MIT */
/*
 * One arena for a whole step. Node i runs at time i, its gradient at time
 * 2 n - 1 - i; a buffer occupies its place while it is in use. What the forward
 * pass kept is freed as the backward pass goes by, and its place is taken by the
 * gradients of earlier, larger blocks.
 */
#include "train/engine/memory_plan.h"

#include "base/arena.h"
#include "network/stems.h"
#include "train/engine/nodes.h"

#define MAX_PIXELS (1 << 28)

typedef struct planner {
    dn_engine *engine;
    size_t used;    /* floats allocated in front of the maps */
    size_t maps_at; /* where the maps begin */
    bool placed;    /* offsets of the maps are known */
    dn_buffer buffers[DN_MAX_BUFFERS];
    int count;
} planner;

/* ---- what lives as long as the engine ---- */

static float *take(planner *p, size_t floats)
{
    float *piece = p->engine->arena ? p->engine->arena + p->used : NULL;
    p->used += dn_round_up(floats, DN_ALIGNMENT / sizeof(float));
    return piece;
}

static double *take_doubles(planner *p, size_t count)
{
    void *piece = take(p, 2 * count);
    return piece;
}

static size_t lay_out_parameters(planner *p)
{
    dn_engine *engine = p->engine;
    engine->parameters = take(p, engine->layout.floats);
    engine->gradients = take(p, engine->layout.floats);
    return p->used * sizeof(float);
}

static void lay_out_vectors(planner *p)
{
    dn_engine *engine = p->engine;
    size_t widest = 0;
    for (int i = 0; i < engine->graph.map_count; i++) {
        size_t channels = (size_t)engine->graph.maps[i].channels;
        dn_map_state *state = &engine->maps[i];
        state->mean = take(p, channels);
        state->variance = take(p, channels);
        state->inverse = take(p, channels);
        state->offset = take(p, channels);
        state->sum = take_doubles(p, channels);
        state->product = take_doubles(p, channels);
        widest = channels > widest ? channels : widest;
    }
    engine->scale = take(p, widest);
    engine->shift = take(p, widest);
    engine->centre = take(p, widest);
    engine->factor = take(p, widest);
    engine->slope = take(p, widest);
    engine->constant = take(p, widest);
    engine->moments = take_doubles(p, 2 * widest);
}

static void gather_needs(dn_engine *engine)
{
    engine->needs = (dn_needs){0};
    for (int i = 0; i < engine->graph.node_count; i++) {
        const dn_node *node = &engine->graph.nodes[i];
        dn_needs needs;
        dn_node_row_of(node)->needs(engine, node, &needs);
        needs.thread = dn_round_up(needs.thread, 16);
        dn_raise_needs(&engine->needs, &needs);
    }
}

static void lay_out_scratch(planner *p)
{
    dn_engine *engine = p->engine;
    engine->panels = take(p, engine->needs.panels);
    engine->partials = take(p, engine->needs.partials);
    engine->threads = take(p, (size_t)engine->options.team.threads * engine->needs.thread);
}

/* ---- maps ---- */

/* A buffer in use from the forward or backward pass of one node to that of
 * another. Both walks open buffers in the same order. */
static float *open_buffer(planner *p, size_t floats, int first, int last)
{
    int number = p->count++;
    if (!p->placed)
        p->buffers[number] = (dn_buffer){floats * sizeof(float), first, last, 0};
    return p->placed && p->engine->arena
               ? p->engine->arena + p->maps_at + p->buffers[number].offset / sizeof(float)
               : NULL;
}

static int mirror(const planner *p, int node)
{
    return 2 * p->engine->graph.node_count - 1 - node;
}

static size_t pixels_of(const planner *p, const dn_maps *maps)
{
    return (size_t)p->engine->options.images * (size_t)maps->height * (size_t)maps->width;
}

/* Floats that hold so many values of maps. */
static size_t value_floats(const planner *p, size_t values)
{
    return dn_engine_halves(p->engine) ? values / 2 + values % 2 : values;
}

/* Value and gradient of maps outside the blocks. A stem's only convolution is
 * cheap to compute again, and its maps are the largest of all. */
static void place_maps(planner *p, const dn_maps *maps, dn_map_state *state)
{
    bool vectors = maps->kind == DN_MAPS_VECTOR;
    size_t floats =
        pixels_of(p, maps) * (size_t)(vectors ? dn_padded(maps->channels) : maps->channels);
    size_t values = vectors ? floats : value_floats(p, floats);
    int made = maps->first_writer, read = maps->last_reader;
    state->recomputed = p->engine->options.low_memory && maps->kind == DN_MAPS_STEM &&
                        dn_stem_row_of(p->engine->arch.stem)->convs == 1;
    state->made = open_buffer(p, values, made, state->recomputed ? read : mirror(p, made));
    state->kept = state->made;
    if (state->recomputed)
        state->kept = open_buffer(p, values, mirror(p, read), mirror(p, made));
    state->gradient = open_buffer(p, floats, mirror(p, read), mirror(p, made));
}

/* The bottleneck maps of a block, `first` of them its first layer's: either all
 * are kept or one at a time; there is one gradient at a time either way. */
static void place_bottlenecks(planner *p, const dn_maps *first, dn_map_state *states, int layers)
{
    bool one = p->engine->options.low_memory;
    size_t floats = pixels_of(p, first) * (size_t)first->channels;
    size_t values = value_floats(p, floats);
    int made = first->first_writer, read = first[layers - 1].last_reader;
    float *value =
        open_buffer(p, one ? values : values * (size_t)layers, made, one ? read : mirror(p, made));
    float *kept = one ? open_buffer(p, values, mirror(p, read), mirror(p, made)) : value;
    float *gradient = open_buffer(p, floats, mirror(p, read), mirror(p, made));
    for (int layer = 0; layer < layers; layer++) {
        size_t offset = one || !value ? 0 : values * (size_t)layer;
        states[layer].made = value ? value + offset : NULL;
        states[layer].kept = kept ? kept + offset : NULL;
        states[layer].gradient = gradient;
        states[layer].recomputed = one;
    }
}

static void walk_maps(planner *p)
{
    const dn_graph *graph = &p->engine->graph;
    p->count = 0;
    for (int i = 0; i < graph->map_count; i++) {
        const dn_maps *maps = &graph->maps[i];
        if (maps->kind != DN_MAPS_BOTTLENECK)
            place_maps(p, maps, &p->engine->maps[i]);
        else if (maps->layer == 0)
            place_bottlenecks(p, maps, &p->engine->maps[i], p->engine->arch.blocks[maps->block]);
    }
}

/* ---- the whole ---- */

static void lay_out_all(planner *p)
{
    dn_engine_bytes *bytes = &p->engine->bytes;
    p->used = 0;
    bytes->parameters = lay_out_parameters(p);
    lay_out_vectors(p);
    lay_out_scratch(p);
    bytes->scratch = p->used * sizeof(float) - bytes->parameters;
    p->maps_at = p->used;
    walk_maps(p);
    if (!p->placed)
        bytes->maps = dn_place_buffers(p->buffers, p->count);
    p->placed = true;
    bytes->total = bytes->parameters + bytes->scratch + bytes->maps;
}

static dn_status check_size(const dn_engine *engine)
{
    const dn_engine_options *options = &engine->options;
    size_t pixels;
    if (options->images < 1 ||
        !dn_multiply((size_t)options->images, (size_t)options->height, &pixels) ||
        !dn_multiply(pixels, (size_t)options->width, &pixels) || pixels > MAX_PIXELS)
        return dn_fail(
            DN_ERROR_ARGUMENT,
            "a batch of %d picture%s, %d wide and %d high: from 1 to %d pixels are possible",
            options->images, options->images == 1 ? "" : "s", options->width, options->height,
            MAX_PIXELS);
    const dn_graph *graph = &engine->graph;
    const dn_maps *last = &graph->maps[graph->nodes[graph->pool_node].source];
    if (!options->machines && options->images < dn_engine_least(engine))
        return dn_fail(DN_ERROR_ARGUMENT,
                       "one picture, %d wide and %d high, per batch: %s, which leaves batch "
                       "norm nothing to "
                       "normalise",
                       options->width, options->height,
                       last->height * last->width < 2 ? "the last maps have one pixel"
                                                      : "the head has a norm");
    return DN_OK;
}

dn_status dn_engine_lay_out(dn_engine *engine, bool allocate)
{
    planner p = {.engine = engine};
    DN_TRY(check_size(engine));
    gather_needs(engine);
    lay_out_all(&p);
    if (!allocate)
        return DN_OK;
    DN_TRY(dn_region_create(engine->options.allocator, engine->bytes.total, 1, &engine->memory));
    engine->options.allocator = NULL; /* it was the caller's */
    engine->arena = engine->memory.data;
    lay_out_all(&p);
    return DN_OK;
}
