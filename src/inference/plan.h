/* SPDX-License-Identifier: MIT */
/* A forward pass for one input shape, laid out once: steps in order, each an
 * operation with its addresses, split into tasks. */
#ifndef DN_INFERENCE_PLAN_H
#define DN_INFERENCE_PLAN_H

#include "inference/prepared.h"
#include "kernels/blur_pool.h"
#include "kernels/vectors.h"
#include "kernels/work_split.h"

typedef enum dn_step_kind {
    DN_STEP_IMPORT, /* the caller's NCHW into a padded pixel-major grid */
    DN_STEP_BORDER, /* zeros around a grid's images */
    DN_STEP_CONV,
    DN_STEP_POINTWISE,
    DN_STEP_WINOGRAD,
    DN_STEP_ACTIVATE,
    DN_STEP_MAX_POOL,
    DN_STEP_BLUR_POOL,
    DN_STEP_GLOBAL_POOL,
    DN_STEP_VECTOR_POOL, /* pools of which few networks have one */
    DN_STEP_VECTOR_MAP,  /* a norm or ReLU of vectors */
    DN_STEP_EXPORT       /* logits to the caller */
} dn_step_kind;

/* A grid and the border around each of its images. */
typedef struct dn_frame {
    dn_grid grid;
    int channels;
    int before, after; /* rows above and columns left; rows below and columns right */
    float scale;       /* of pictures of bytes, whose numbers are scale * (byte - zero) */
    uint8_t zero;
} dn_frame;

/* The inner tensor that is complete once a step is done. */
typedef enum dn_point {
    DN_POINT_NONE,
    DN_POINT_STEM,
    DN_POINT_BOTTLENECK,
    DN_POINT_LAYER,
    DN_POINT_TRANSITION,
    DN_POINT_POOL,
    DN_POINT_LOGITS
} dn_point;

typedef struct dn_step {
    dn_step_kind kind;
    int node; /* of a convolution or maximum before the head */
    const dn_kernels *kernels;
    int tasks, first_task; /* numbered through the plan */
    dn_work_split split;   /* of a convolution */
    int first_image;       /* of the caller's, for an import */
    bool by_rows;          /* waits for rows of the step before, not for all of it */
    union {
        dn_frame frame; /* import, border */
        dn_conv conv;
        dn_pointwise pointwise;
        dn_winograd winograd;
        dn_activate activate;
        dn_max_pool max_pool;
        dn_blur_pool blur_pool;
        dn_global_pool global_pool;
        dn_vector_pool vector_pool;
        dn_vector_map vector_map;
        struct {
            const float *logits;
            size_t count;
        } export;
    } op;
    dn_key place; /* in the network */
    dn_point point;
    dn_grid made; /* where the point's tensor lies */
    int made_channels;
} dn_step;

typedef struct dn_plan {
    int images, height, width, threads;
    bool whole; /* every step computes all images */
    dn_step *steps;
    int step_count, task_count;
    dn_grid blocks[DN_MAX_BLOCKS]; /* the last, of all images, stays valid until the next run */
    float *arena;                  /* owned by the caller */
    size_t scratch_floats;         /* per thread */
} dn_plan;

/* What a plan is made for. */
typedef struct dn_plan_request {
    dn_prepared *prepared;
    dn_team team;
    int images, height, width;
    bool whole; /* every step computes all images, so that each inner tensor is complete at
                   once; else early blocks take a few at a time, as many as caches hold */
    /* Called once the size is known; sets *arena to at least `bytes` bytes. */
    dn_status (*arena)(void *context, size_t bytes, float **arena);
    void *context;
} dn_plan_request;

/* Also lays out the 3x3 weights in the forms that the shape needs. DN_ERROR_ARGUMENT if the
 * input is too small for the network's pools, DN_ERROR_LIMIT if it has too many pixels. */
dn_status dn_plan_create(const dn_plan_request *request, dn_plan **plan);
void dn_plan_free(dn_plan *plan);

/* Tasks first..end - 1 of a step. */
typedef struct dn_task_range {
    int first, end;
} dn_task_range;

/* The tasks of the step before that must be done before this task of a step by rows may
 * start: plan_waits.c. */
dn_task_range dn_tasks_awaited(const dn_step *before, const dn_step *step, int task);

/* ---- how work is split: plan_tasks.c ---- */

dn_work_split dn_split_conv(const dn_conv *op, const dn_kernels *kernels, int threads);
dn_work_split dn_split_pointwise(const dn_pointwise *op, const dn_kernels *kernels, int threads);
dn_work_split dn_split_winograd(const dn_winograd *op, const dn_kernels *kernels, int threads);

#endif
