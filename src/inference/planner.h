/* SPDX-License-Identifier: MIT */
/* The means of writing a plan: buffers that live from step to step, grids in
 * them, steps. plan.c walks the network twice: first to find the number of steps
 * and how long each buffer lives, then, with the addresses known, to write the steps. */
#ifndef DN_INFERENCE_PLANNER_H
#define DN_INFERENCE_PLANNER_H

#include "base/arena.h"
#include "inference/plan.h"

/* A frame, the buffer that holds it, and the first of the buffer's images that belongs to
 * it. */
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
    dn_framed *frames;                /* of the graph's maps, except bottlenecks */
    dn_framed windows[DN_MAX_BLOCKS]; /* what a block's 3x3 convolutions read */
    const dn_kernels *kernels;        /* of the steps being added */
    dn_key place;                     /* of them, too */
    bool by_rows; /* the steps share only the block's frames with the step before */
    dn_buffer buffers[DN_MAX_BUFFERS];
    int buffer_count;
    bool placed; /* the second walk */
} dn_planner;

/* Starts a walk over the network. */
void dn_planner_rewind(dn_planner *p);

/* Opens a buffer and returns its number. Both walks open the same buffers in the same
 * order. */
int dn_open_buffer(dn_planner *p, size_t bytes);

/* Returns a buffer's address for the step that is added next; NULL on the first walk. */
void *dn_use_buffer(dn_planner *p, int id);

/* Returns the geometry of contiguous images of this size, with a border. */
dn_frame dn_make_frame(int images, int height, int width, int channels, int before, int after);

/* Opens a buffer for a frame. */
dn_framed dn_open_frame(dn_planner *p, dn_frame frame);

/* Returns the part of a frame with `images` images from `first` on. */
dn_framed dn_some_images(const dn_framed *framed, int first, int images);

/* Returns the grid from a channel on, for the step that is added next. */
dn_grid dn_use_grid(dn_planner *p, const dn_framed *framed, int channel);

/* Opens all of p's frames, for as many images as each block takes at once:
 * plan_frames.c. */
void dn_open_frames(dn_planner *p);

/* Plans the stem, which fills the first channels of the first block's maps, for the caller's
 * pictures from first_image on: plan_stem.c. */
void dn_plan_stem(dn_planner *p, const dn_framed *maps, int first_image);

/* Plans the global pool, the head and the export of the logits: plan_head.c. */
void dn_plan_head(dn_planner *p, const dn_framed *maps);

/* Adds a step at p->place, splits its work and counts its scratch. The caller sets its kind,
 * its operation, the point that it completes, and its kernels if they are not p's. */
void dn_add_step(dn_planner *p, dn_step step);

/* The same for a step of a node, with the node's kernels. */
void dn_add_node_step(dn_planner *p, int number, dn_step step);

/* What happens to a node's products: the norm and ReLU that are folded into it. */
dn_epilogue dn_epilogue_of(const dn_prepared_node *prepared);

/* Adds a step that clears a frame's border. */
void dn_add_border(dn_planner *p, const dn_framed *framed);

#endif
