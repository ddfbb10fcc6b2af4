/* SPDX-License-Identifier: MIT */
/* Class-activation maps, or gradient-weighted ones, over pictures. */
#ifndef TOOL_HEATMAP_H
#define TOOL_HEATMAP_H

#include "densenet.h"

#include <cairo.h>

/* A map, and the part of the picture that it covers. */
typedef struct heatmap {
    float *map; /* height x width evidence; owned */
    int height, width;
    double left, top, right, bottom; /* in the picture's pixels */
    double most;                     /* the largest evidence; 0: there is none */
    bool cropped;                    /* it does not cover all of the picture */
} heatmap;

/* The map of an output for picture `index` of the session's last run, placed
 * on a picture of this size. False if it has complained. */
bool heatmap_create(const dn_session *session, int index, int output,
                    const dn_preprocess *preprocess, const dn_image *image, heatmap *made);
void heatmap_free(heatmap *map);

/* Places a map on its picture scaled by this factor. */
void heatmap_scale(heatmap *map, double factor);

/* A picture, as picture_surface makes it, in grey with the evidence over it in colour, as strong as
 * a share of `full`; what the network did not see is dark. NULL if it has complained. The caller
 * destroys it. */
cairo_surface_t *heatmap_draw(const heatmap *map, cairo_surface_t *picture, double full);

/* The picture as it is; likewise. */
cairo_surface_t *picture_surface(const dn_image *image);

/* A surface scaled by this factor; likewise. */
cairo_surface_t *surface_scaled(cairo_surface_t *surface, double factor);

/* The colour of evidence on a grey pixel, 0 to 1, by its share of what is red. */
void heat_colour(double share, double grey, double rgb[3]);

#endif
