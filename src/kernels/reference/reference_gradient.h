/* SPDX-License-Identifier: MIT */
/* Shared by the files of plain operations. */
#ifndef DN_REFERENCE_GRADIENT_H
#define DN_REFERENCE_GRADIENT_H

#include "kernels/gradient.h"

#define DN_REFERENCE_TILE 8 /* outputs in a panel */

/* The weight of output n at depth k. */
static inline double dn_reference_weight(const dn_panels *panels, int k, int n)
{
    static const dn_kernels sizes = {.lanes = 1, .tile_channels = DN_REFERENCE_TILE};
    size_t at = dn_panel_index(&sizes, panels->depth, panels->outputs, k, n);
    return dn_to_double(panels->type, dn_panels_at(panels, at).data);
}

void dn_reference_winograd_gradient(const dn_winograd_gradient *op);
void dn_reference_winograd_products(const dn_winograd_gradient *op, float *scratch);
void dn_reference_winograd_weights(const dn_winograd_weights *op);

#endif
