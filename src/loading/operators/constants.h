/* SPDX-License-Identifier: MIT */
/* Operators all of whose inputs are constants. */
#ifndef DN_LOADING_OPERATORS_CONSTANTS_H
#define DN_LOADING_OPERATORS_CONSTANTS_H

#include "loading/operators/walk.h"

/* *out becomes a constant, or a fault if it is not known how to compute it. */
dn_status dn_constant_compute(dn_walk *w, const dn_operator *item, const dn_known **out);

/* The shape of a picture, maps or a vector: a constant of which some numbers are not known. */
dn_status dn_constant_shape(dn_walk *w, const dn_operator *item, const dn_known **out);

/* The list of axes that an attribute or, later, an input gives, none negative; *count -1 if there
 * is none, or it is none. */
dn_status dn_constant_axes(dn_walk *w, const dn_operator *item, int input, int rank,
                           int64_t axes[DN_MAX_RANK], int *count);

/* x (I8, U8, I32) times scale, less a zero point; along an axis or all alike. NULL if they do not
 * fit together. zero: NULL is 0. */
dn_status dn_constant_dequantise(dn_walk *w, const dn_tensor *x, const dn_tensor *scale,
                                 const dn_tensor *zero, int64_t axis, const dn_tensor **out);

#endif
