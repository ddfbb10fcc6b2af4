/* SPDX-License-Identifier: MIT */
/* The engine's state, which all of its files share. From the top down: passes,
 * nodes, what nodes are made of (window frames, batch norm, packing), this. */
#ifndef DN_ENGINE_STATE_H
#define DN_ENGINE_STATE_H

#include "base/memory.h"
#include "base/workers.h"
#include "kernels/gradient.h"
#include "network/graph.h"
#include "train/engine/engine.h"

/* A map's numbers during a step. Arrays of `channels`. */
typedef struct dn_map_state {
    /* Images * height * width rows of `channels`, values of options.maps; vectors: padded floats */
    void *value;
    float *gradient;
    void *made, *kept;       /* value's place in the forward and the backward pass */
    bool recomputed;         /* there by a second forward pass of its node */
    float *mean, *variance;  /* of the batch; the variance with n - 1, for the running one */
    float *inverse, *offset; /* normalised = value * inverse + offset */
    /* With G the gradient with respect to the normalised map: the sums over
     * pixels of G and of G * normalised, of all readers so far. */
    double *sum, *product;
} dn_map_state;

/* Floats of working memory that a node needs. */
typedef struct dn_needs {
    size_t panels;   /* weights laid out for the kernels */
    size_t partials; /* partial results of tasks, for the reduction that follows */
    size_t thread;   /* each thread's own */
} dn_needs;

static inline void dn_raise_needs(dn_needs *needs, const dn_needs *others)
{
    needs->panels = others->panels > needs->panels ? others->panels : needs->panels;
    needs->partials = others->partials > needs->partials ? others->partials : needs->partials;
    needs->thread = others->thread > needs->thread ? others->thread : needs->thread;
}

struct dn_engine {
    dn_engine_options options;
    bool *frozen; /* one per slot */
    dn_arch arch;
    dn_layout layout;
    dn_graph graph;
    dn_map_state *maps;
    const dn_kernels *kernels;
    const dn_kernels *map_kernels; /* whose maps are options.maps */
    int first_trained;             /* slot; the layout's count where all are frozen */

    dn_region memory;
    float *arena; /* in memory; holds everything below */
    dn_engine_bytes bytes;
    float *parameters, *gradients;
    float *panels, *partials, *threads;
    dn_needs needs; /* the most of any node */
    /* Channel vectors of the node at work, as long as the widest maps. */
    float *scale, *shift, *centre, *factor, *slope, *constant;
    double *moments; /* two such vectors, on their way to or from other processes */

    /* The current pass. */
    const float *input;
    float *logits;
    const float *logits_gradient;
    int images;
    double all_images; /* of all processes whose norms see them; else `images` */
    dn_status shared;  /* of what processes exchanged */
    double waited;     /* seconds for it */
    uint64_t noise;
    bool forward_done;
    dn_gradients_ready *ready;
    void *ready_context;
};

static inline float *dn_thread_scratch(const dn_engine *engine, int thread)
{
    return engine->threads + (size_t)thread * engine->needs.thread;
}

static inline float *dn_parameter_of(const dn_engine *engine, int slot)
{
    return engine->parameters + engine->layout.slots[slot].offset;
}

/* Where a slot's gradient is added; NULL if the slot is frozen. */
static inline float *dn_gradient_of(const dn_engine *engine, int slot)
{
    return engine->frozen[slot] ? NULL : engine->gradients + engine->layout.slots[slot].offset;
}

/* True if something before the node's convolution is trained, so that the
 * gradient has to pass through it. */
static inline bool dn_source_needs_gradient(const dn_engine *engine, const dn_node *node)
{
    return node->source != DN_NONE && engine->first_trained < node->weight;
}

static inline int dn_map_pixels(const dn_engine *engine, int maps)
{
    const dn_maps *shape = &engine->graph.maps[maps];
    return engine->images * shape->height * shape->width;
}

/* Over all processes whose norms see them. */
static inline double dn_all_map_pixels(const dn_engine *engine, int maps)
{
    const dn_maps *shape = &engine->graph.maps[maps];
    return engine->all_images * shape->height * shape->width;
}

/* Whether maps are of bfloat16, and whether pairs of it are multiplied. */
static inline bool dn_engine_halves(const dn_engine *engine)
{
    return engine->options.maps == DN_BF16;
}

static inline bool dn_engine_pairs(const dn_engine *engine)
{
    return dn_engine_halves(engine) && engine->map_kernels->unit > 0;
}

/* Maps and their gradients from a channel on: rows from pixel `first`, and grids. */
dn_map_rows dn_value_rows(const dn_engine *engine, int maps, int channel, size_t first);
dn_rows dn_gradient_rows(const dn_engine *engine, int maps, int channel, size_t first);
dn_grid dn_value_grid(const dn_engine *engine, int maps, int channel);
dn_grid dn_gradient_grid(const dn_engine *engine, int maps, int channel);

#endif
