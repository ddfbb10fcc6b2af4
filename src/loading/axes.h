/* SPDX-License-Identifier: MIT */
/* Files whose weights have their axes in TensorFlow's order. */
#ifndef DN_LOADING_AXES_H
#define DN_LOADING_AXES_H

#include "tensors/tensors.h"

/* Turns kernels of height x width x in x out to out x in x height x width, and matrices of
 * in x out whose bias says so, or that come with such kernels, to out x in. No number moves:
 * shapes and strides do. *turned says whether there were such kernels. DN_ERROR_MISMATCH, by
 * name, for a "kernel" whose shape does not tell. */
dn_status dn_turn_axes(dn_tensor_file *file, bool *turned);

#endif
