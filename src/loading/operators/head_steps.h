/* SPDX-License-Identifier: MIT */
/* Operators from the last maps to the classes. */
#ifndef DN_LOADING_OPERATORS_HEAD_STEPS_H
#define DN_LOADING_OPERATORS_HEAD_STEPS_H

#include "loading/operators/walk.h"

/* Pools of all maps; those with windows also a transition's 2x2 means, and a stem's maxima. */
dn_walk_operation dn_head_global, dn_head_reduce, dn_head_mean_pool, dn_head_max_pool;

/* Of vectors. */
dn_walk_operation dn_head_concat, dn_head_flatten, dn_head_norm, dn_head_relu, dn_head_arithmetic,
    dn_head_gemm, dn_head_matmul, dn_head_end;

/* weight: outputs x inputs, with 1x1 windows or without; bias NULL: none. */
dn_status dn_head_linear(dn_walk *w, const dn_operator *item, const dn_tensor *weight,
                         const dn_tensor *bias, const dn_known **out);

/* Inputs x outputs as outputs x inputs; *out NULL if it is no matrix. */
dn_status dn_head_turn(dn_walk *w, const dn_tensor *matrix, const dn_tensor **out);

#endif
