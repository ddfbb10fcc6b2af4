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

/* A block's maps, and the windows that its 3x3 convolutions read. */
typedef struct dn_block_frames {
    dn_framed maps, windows;
} dn_block_frames;

typedef struct dn_planner {
    const dn_model *model;
    dn_prepared *packed;
    int threads;
    bool whole; /* every step over all images */
    dn_plan *plan;
    dn_framed input, stem[3];
    dn_block_frames blocks[DN_MAX_BLOCKS];
    dn_place place; /* of the steps being added */
    bool by_rows;   /* they share nothing but the block's frames with the step before */
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
dn_frame dn_make_frame(int images, int height, int width, int channels, int before, int behind);

/* Makes a buffer for them. */
dn_framed dn_open_frame(dn_planner *p, dn_frame frame);

/* Some of its images. */
dn_framed dn_some_images(const dn_framed *framed, int first, int images);

/* The grid as the next step sees it, from a channel on. */
dn_grid dn_use_grid(dn_planner *p, const dn_framed *framed, int channel);

/* Opens all of p's frames, for as many images as each block takes at once:
 * plan_frames.c. */
void dn_open_frames(dn_planner *p);

/* n vectors as a grid of single pixels. */
dn_grid dn_vector_grid(float *data, int images, int channels);

/* Adds a step at p->place; `point` says whether it completes an inner tensor,
 * which lies in `made`. The work is cut into tasks and scratch is counted. */
void dn_add_border(dn_planner *p, const dn_framed *framed);
void dn_add_import(dn_planner *p, const dn_framed *framed, int first_image);
void dn_add_conv(dn_planner *p, const dn_conv *op, dn_point point);
void dn_add_pointwise(dn_planner *p, const dn_pointwise *op, dn_point point);
void dn_add_winograd(dn_planner *p, const dn_winograd *op, dn_point point);
void dn_add_activate(dn_planner *p, const dn_activate *op);
void dn_add_max_pool(dn_planner *p, const dn_max_pool *op, dn_point point);
void dn_add_global_pool(dn_planner *p, const dn_global_pool *op, dn_point point);
void dn_add_export(dn_planner *p, const float *logits, size_t count);

#endif
