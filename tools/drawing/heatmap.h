/* SPDX-License-Identifier: MIT */
/* Class-activation maps, or gradient-weighted ones, over pictures. */
#ifndef TOOL_HEATMAP_H
#define TOOL_HEATMAP_H

#include "densenet.h"

#include <cairo.h>

/* A picture, as picture_surface makes it, in grey with the evidence over it in colour, as strong as
 * a share of `full`; what the network did not see is dark. NULL if it has complained. The caller
 * destroys it. */
cairo_surface_t *heatmap_draw(const dn_heat_map *map, cairo_surface_t *picture, double full);

/* The picture as it is; likewise. */
cairo_surface_t *picture_surface(const dn_image *image);

/* A surface scaled by this factor; likewise. */
cairo_surface_t *surface_scaled(cairo_surface_t *surface, double factor);

#endif
