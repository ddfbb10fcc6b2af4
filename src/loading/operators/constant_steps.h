/* SPDX-License-Identifier: MIT */
/* What constants.c has in its table. */
#ifndef DN_LOADING_OPERATORS_CONSTANT_STEPS_H
#define DN_LOADING_OPERATORS_CONSTANT_STEPS_H

#include "loading/operators/walk.h"

/* An operation on constants, the first of which is given: *out stays NULL if it cannot be done. */
typedef dn_status dn_constant_operation(dn_walk *w, const dn_operator *item, const dn_tensor **out);

dn_constant_operation dn_compute_unsqueeze, dn_compute_squeeze, dn_compute_reshape,
    dn_compute_transpose, dn_compute_gather, dn_compute_concat, dn_compute_slice, dn_compute_cast,
    dn_compute_arithmetic, dn_compute_dequantise, dn_compute_filled, dn_compute_shape,
    dn_compute_expand;

/* A vector of whole numbers. */
dn_status dn_constant_list(dn_walk *w, size_t count, const int64_t *from, const dn_tensor **out);

/* What a Shape makes of these: those from its start to before its end. */
dn_status dn_constant_sizes(dn_walk *w, const dn_operator *item, int rank, const int64_t *sizes,
                            const dn_tensor **out);

#endif
