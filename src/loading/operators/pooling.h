/* SPDX-License-Identifier: MIT */
/* Windows of convolutions and pools, and the pools of stems and transitions. */
#ifndef DN_LOADING_OPERATORS_POOLING_H
#define DN_LOADING_OPERATORS_POOLING_H

#include "loading/operators/walk.h"

typedef struct dn_window {
    int64_t kernel, stride;
    int64_t pads[4]; /* above, left, below, right, those of a Pad before included */
    bool up;         /* sizes are rounded up */
} dn_window;

/* Reads a window of side `kernel`, or, if that is 0, of the attribute's. Otherwise *fault says why
 * it is none that this family has. */
bool dn_window_read(const dn_operator *item, const dn_known *source, int64_t kernel,
                    dn_window *window, const char **fault);

/* The size that it leaves of `size`; 0 if that is not known. */
int dn_window_leaves(const dn_window *window, int size, int axis);

/* A stem's 3x3 maxima; a fault if it is another pool. */
dn_status dn_pool_max(dn_walk *w, const dn_operator *item, const dn_window *window,
                      const dn_known **out);

/* A transition's 2x2 means of what a 1x1 convolution made; *taken false if it is another pool. */
dn_status dn_pool_transition(dn_walk *w, const dn_operator *item, const dn_window *window,
                             const dn_known **out, bool *taken);

#endif
