/* SPDX-License-Identifier: MIT */
/* Operators before the first convolution: preprocessing that is part of a graph. */
#ifndef DN_LOADING_OPERATORS_PICTURE_STEPS_H
#define DN_LOADING_OPERATORS_PICTURE_STEPS_H

#include "loading/operators/walk.h"

/* What the caller gives; a fault if it is no picture. */
dn_status dn_picture_begin(dn_walk *w, const dn_operator_value *value, const dn_known **out);

dn_walk_operation dn_picture_arithmetic, dn_picture_transpose, dn_picture_gather;

#endif
