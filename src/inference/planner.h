/* SPDX-License-Identifier: MIT */
/* What the plan is written with: buffers that live from step to step, grids in
 * them, steps. plan.c walks the network twice, first to learn how many steps
 * there are and how long each buffer lives, then, addresses known, to write. */
#ifndef DN_INFERENCE_PLANNER_H
#define DN_INFERENCE_PLANNER_H

#include "base/arena.h"
#include "inference/plan.h"

/* A frame, the buffer it lies in, and the first of the buffer's images that it
 * is about. */
typedef struct dn_framed {
    dn_frame frame;
    int buffer, first;
} dn_framed;

typedef struct dn_planner {
    const dn_plan_request *request;
    const dn_arch *arch;
    dn_plan *plan;
    dn_graph graph; /* measured for the plan's pictures */
    dn_framed input;
    dn_framed *frames;                /* of the graph's maps, but for bottlenecks */
    dn_framed windows[DN_MAX_BLOCKS]; /* what a block's 3x3 convolutions read */
    dn_key place;                     /* of the steps being added */
    bool by_rows; /* they share nothing but the block's frames with the step before */
    dn_buffer buffers[DN_MAX_BUFFERS];
    int buffer_count;
    bool placed; /* the second walk */
} dn_planner;

/* Starts a walk over the network. */
void dn_planner_rewind(dn_planner *p);

/* A new buffer; both walks open the same ones in the same order. */
int dn_open_buffer(dn_planner *p, size_t floats);

/* Its address, for the step that is added next (NULL on the first walk). */
float *dn_use_buffer(dn_planner *p, int id);

/* Geometry of images of this size, contiguous, with a border. */
dn_frame dn_make_frame(int images, int height, int width, int channels, int before, int after);

/* Makes a buffer for them. */
dn_framed dn_open_frame(dn_planner *p, dn_frame frame);

/* Some of its images. */
dn_framed dn_some_images(const dn_framed *framed, int first, int images);

/* The grid as the next step sees it, from a channel on. */
dn_grid dn_use_grid(dn_planner *p, const dn_framed *framed, int channel);

/* Opens all of p's frames, for as many images as each block takes at once:
 * plan_frames.c. */
void dn_open_frames(dn_planner *p);

/* Adds a step, of which the caller sets the kind, the operation and the point that it
 * completes, at p->place; the work is shared out and scratch is counted. */
void dn_add_step(dn_planner *p, dn_step step);

/* A step that clears a frame's border. */
void dn_add_border(dn_planner *p, const dn_framed *framed);

#endif
