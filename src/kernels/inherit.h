/* SPDX-License-Identifier: MIT */
/* A level may inherit from another and replace some of its rows: it is that level, but for the
 * functions that it names. Lanes and tile are the other's, and so is the layout of weights. */
#ifndef DN_KERNELS_INHERIT_H
#define DN_KERNELS_INHERIT_H

#include "kernels/gradient.h"
#include "kernels/kernels.h"

/* A level that inherits, with all its rows; zeros until dn_kernels_whole fills it. */
typedef struct dn_whole_level {
    dn_kernels kernels;
    dn_gradient_kernels gradients;
} dn_whole_level;

/* Returns the table with all rows: itself, or what it makes with those it inherits from. From
 * any thread.
 *
 * A table that inherits has, instead of sizes, .inherits, another table, and .whole, memory of
 * its own for the whole one. Its rows that are NULL are the other's, also those of its
 * gradients. */
const dn_kernels *dn_kernels_whole(const dn_kernels *level);

#endif
