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
} heatmap;

/* The map of an output for picture `index` of the session's last run, placed
 * on a picture of this size. False if it has complained. */
bool heatmap_create(const dn_session *session, int index, int output,
                    const dn_preprocess *preprocess, const dn_image *image, heatmap *made);
void heatmap_free(heatmap *map);

/* The picture in grey with the evidence over it in colour, at the picture's
 * size; NULL if it has complained. The caller destroys it. */
cairo_surface_t *heatmap_draw(const heatmap *map, const dn_image *image);

/* The picture as it is; likewise. */
cairo_surface_t *picture_surface(const dn_image *image);

#endif
