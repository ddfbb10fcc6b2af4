/* SPDX-License-Identifier: MIT */
/* Which functions the code of a class calls, as TorchScript writes it. Methods of other modules are
 * not among them. */
#ifndef DN_TORCH_CALLS_H
#define DN_TORCH_CALLS_H

#include "base/pool.h"
#include "tensors/torch/torch_class.h"

/* Each once, by the last part of its name: "relu", "cat". Where arguments matter, what they come
 * to: "avg_pool2d=7" of a window without padding whose stride is its side, and "global_mean" for a
 * mean over rows and columns. "relu:norm1" if it is known of what it is called: of what a child of
 * the class made, of "@input", or of "@cat", a function's answer. "if" for a condition, "pass" if
 * there are none; "more" ends a list that is cut. */
typedef struct dn_class_calls {
    const char **names; /* in the pool */
    size_t count, capacity;
} dn_class_calls;

dn_status dn_class_read_calls(dn_span code, dn_pool *pool, dn_class_calls *calls);

#endif
