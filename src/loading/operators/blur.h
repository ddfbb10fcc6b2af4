/* SPDX-License-Identifier: MIT */
/* The end of a stem that blurs: maxima with stride 1, a Pad that reflects, and a convolution of
 * each channel by itself. */
#ifndef DN_LOADING_OPERATORS_BLUR_H
#define DN_LOADING_OPERATORS_BLUR_H

#include "loading/operators/walk.h"

dn_walk_operation dn_blur_pad, dn_blur_conv;

#endif
