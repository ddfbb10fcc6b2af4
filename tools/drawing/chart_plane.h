/* SPDX-License-Identifier: MIT */
/* A panel of a chart: where its values are in the drawing. */
#ifndef TOOL_CHART_PLANE_H
#define TOOL_CHART_PLANE_H

#include "drawing/axis.h"
#include "drawing/chart.h"

typedef struct chart_plane {
    cairo_t *context;
    double left, top, right, bottom; /* of the drawing, in its units */
    axis x, y;
    double least, most;  /* of the values */
    int points, outside; /* points; those outside the axis of y */
} chart_plane;

/* Axes for a panel's values; false if there is no memory for that. */
bool chart_plane_fit(chart_plane *p, const chart_panel *panel);

double chart_plane_across(const chart_plane *p, double x);
double chart_plane_down(const chart_plane *p, double y);

void chart_set_style(cairo_t *context, const chart_series *series);
void chart_draw_dot(cairo_t *context, double x, double y);
void chart_draw_series(const chart_plane *p, const chart_series *series);

#endif
