/* SPDX-License-Identifier: MIT */
/* Convolutions, and what stands before and around them. */
#ifndef DN_LOADING_OPERATORS_CONVS_H
#define DN_LOADING_OPERATORS_CONVS_H

#include "loading/operators/walk.h"

dn_walk_operation dn_conv;

/* Of this weight and bias (NULL: none). */
dn_status dn_conv_make(dn_walk *w, const dn_operator *item, const dn_tensor *weight,
                       const dn_tensor *bias, const dn_known **out);

/* Zeros around picture or maps, for the window that reads them. */
dn_walk_operation dn_conv_pad;

#endif
