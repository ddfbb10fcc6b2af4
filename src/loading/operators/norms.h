/* SPDX-License-Identifier: MIT */
/* Norms, factors and terms per channel that follow one another become one norm. */
#ifndef DN_LOADING_OPERATORS_NORMS_H
#define DN_LOADING_OPERATORS_NORMS_H

#include "loading/operators/walk.h"

/* The norm of a BatchNormalization after what a norm (NULL: nothing) does already. *out NULL: its
 * inputs are not vectors of `channels` numbers. */
dn_status dn_norm_append(dn_walk *w, const dn_walk_norm *before, const dn_operator *item,
                         int channels, const dn_walk_norm **out);

/* The same, times factors and plus terms; either may be NULL. */
dn_status dn_norm_scale(dn_walk *w, const dn_walk_norm *before, const float *factors,
                        const float *terms, int channels, const dn_walk_norm **out);

/* True if it only adds, or multiplies and adds. */
static inline bool dn_norm_is_plain(const dn_walk_norm *norm)
{
    return !norm->parts[2];
}

/* Those of several maps end to end, all plain; NULL is a norm that does nothing. */
dn_status dn_norm_join(dn_walk *w, const dn_walk_norm *const *norms, const int *channels, int count,
                       const dn_walk_norm **out);

/* The four tensors of a network whose norms have this epsilon; channel c becomes what order[c]
 * was. */
dn_status dn_norm_finish(dn_walk *w, const dn_walk_norm *norm, const int *order, int channels,
                         double epsilon, const dn_tensor *parts[DN_NORM_PARTS]);

#endif
