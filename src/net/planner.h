/* SPDX-License-Identifier: MIT */
/* What the plan is written with: buffers that live from step to step, grids in
 * them, steps. plan.c walks the network twice, first to learn how many steps
 * there are and how long each buffer lives, then, addresses known, to write. */
#ifndef DN_NET_PLANNER_H
#define DN_NET_PLANNER_H

#include "net/lifetime.h"
#include "net/plan.h"

typedef struct dn_planner {
    const dn_model *model;
    dn_packed *packed;
    int threads;
    dn_plan *plan;
    dn_place place; /* of the steps being added */
    dn_buffer buffers[DN_MAX_BUFFERS];
    int buffer_count;
    bool placed; /* the second walk */
} dn_planner;

/* A frame and the buffer it lies in. */
typedef struct dn_framed {
    dn_frame frame;
    int buffer;
} dn_framed;

/* Starts a walk over the network. */
void dn_planner_rewind(dn_planner *p);

/* A new buffer; both walks open the same ones in the same order. */
int dn_open_buffer(dn_planner *p, size_t floats);

/* Its address, for the step that is added next (NULL on the first walk). */
float *dn_use_buffer(dn_planner *p, int id);

/* Geometry of the plan's images at this size, contiguous, with a border. */
dn_frame dn_make_frame(const dn_planner *p, int height, int width, int channels, int before,
                       int behind);
dn_framed dn_open_frame(dn_planner *p, int height, int width, int channels, int before, int behind);

/* The grid as the next step sees it, from a channel on. */
dn_grid dn_use_grid(dn_planner *p, const dn_framed *framed, int channel);

/* n vectors as a grid of single pixels. */
dn_grid dn_vector_grid(float *data, int images, int channels);

/* Adds a step at p->place; `point` says whether it completes an inner tensor,
 * which lies in `made`. The work is cut into tasks and scratch is counted. */
void dn_add_border(dn_planner *p, const dn_framed *framed);
void dn_add_import(dn_planner *p, const dn_framed *framed);
void dn_add_conv(dn_planner *p, const dn_conv *op, dn_point point);
void dn_add_pointwise(dn_planner *p, const dn_pointwise *op, dn_point point);
void dn_add_winograd(dn_planner *p, const dn_winograd *op, dn_point point);
void dn_add_activate(dn_planner *p, const dn_activate *op);
void dn_add_max_pool(dn_planner *p, const dn_max_pool *op, dn_point point);
void dn_add_global_pool(dn_planner *p, const dn_global_pool *op, dn_point point);
void dn_add_export(dn_planner *p, const float *logits, size_t count);

#endif
