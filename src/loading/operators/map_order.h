/* SPDX-License-Identifier: MIT */
/* What stands between convolutions: maps joined, and the norms, factors and ReLUs that a
 * convolution may have before it, in the order in which a layer has them. */
#ifndef DN_LOADING_OPERATORS_MAP_ORDER_H
#define DN_LOADING_OPERATORS_MAP_ORDER_H

#include "loading/operators/walk.h"

dn_walk_operation dn_maps_concat, dn_maps_norm, dn_maps_relu;

/* A factor, a divisor, a term or what is taken off, per channel. */
dn_walk_operation dn_maps_arithmetic;

/* Maps that nothing remains to be done to. A fault if that cannot be. */
dn_status dn_maps_store(dn_walk *w, const dn_operator *item, const dn_known *maps,
                        const dn_known **out);

/* The maps behind a ReLU: the same if none is below 0. */
dn_status dn_maps_rectify(dn_walk *w, const dn_known *maps, const dn_known **out);

/* Maps of one maker. */
dn_status dn_maps_make(dn_walk *w, const dn_maker *maker, int height, int width, dn_known **out);

/* Constants per channel of maps or of vectors of rank 4 or 2, as what broadcasts. *out NULL: they
 * are of another shape. */
dn_status dn_maps_per_channel(dn_walk *w, const dn_operator *item, const dn_tensor *tensor,
                              int channels, int rank, const float **out);

/* Turns subtraction and division into adding and multiplying: a copy of the numbers, of which
 * factors or terms are set. False if a divisor is 0. */
dn_status dn_maps_line(dn_walk *w, const dn_operator *item, const float *numbers, int count,
                       const float **factors, const float **terms);

#endif
