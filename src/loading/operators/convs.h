/* SPDX-License-Identifier: MIT */
/* Convolutions, and what stands before and around them. */
#ifndef DN_LOADING_OPERATORS_CONVS_H
#define DN_LOADING_OPERATORS_CONVS_H

#include "loading/operators/walk.h"

dn_walk_operation dn_conv, dn_conv_of_bytes;

/* Zeros around picture or maps, for the window that reads them. */
dn_walk_operation dn_conv_pad;

/* Quantisation of maps: not applied, but for the ReLU that a range from 0 on is. */
dn_walk_operation dn_conv_quantise;

#endif
