/* SPDX-License-Identifier: MIT */
/* The means of maps, as a network's own numbers predict them.
 *
 * A batch norm with weight g and bias b makes of every channel numbers with mean b and
 * deviation |g| (Ioffe and Szegedy, 2015). Taken as normal, they have after a ReLU, with
 * t = b / |g|, the mean b Phi(t) + |g| phi(t). A convolution carries means on exactly,
 * whatever depends on what, but for its padding: at the border of n pixels a side, taps read
 * zeros. */
#ifndef DN_CHECK_MOMENTS_H
#define DN_CHECK_MOMENTS_H

#include "network/graph.h"
#include "network/model.h"

/* Of two vectors; 0 if either does not vary. */
double dn_correlation(const float *a, const float *b, int count);

/* Of a node's input after its norm and, unless linear, its ReLU: node->in numbers. */
void dn_mean_of_input(const dn_model *model, const dn_node *node, bool linear, double *mean);

/* What a convolution makes of its input's means, node->out of each: by its middle tap, by those
 * above, below and beside it, and by its corners, whatever its size. A tap d pixels from the
 * middle reads a pixel of n in (n - d) / n of the cases, for each direction. */
typedef struct dn_predicted {
    double middle, beside, corners;
} dn_predicted;
void dn_mean_of_output(const dn_model *model, const dn_node *node, const double *input,
                       dn_predicted *output);

#endif
