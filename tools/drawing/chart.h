/* SPDX-License-Identifier: MIT */
/* Line charts of what changes over epochs. */
#ifndef TOOL_CHART_H
#define TOOL_CHART_H

#include <cairo.h>
#include <stdbool.h>

typedef struct chart_series {
    const char *label;   /* NULL: not in the legend */
    const double *x, *y; /* points that are not finite break the line */
    int count;
    int colour; /* any number: the palette's colours, and then again, dotted */
    double width;
    bool faint, dots;
} chart_series;

/* x values count something: their ticks are whole numbers. */
typedef struct chart_panel {
    const char *title, *x_label;
    const chart_series *series;
    int count;
    bool share;   /* y values lie between 0 and 1, and so does the axis */
    bool percent; /* y values are fractions, shown as percentages */
} chart_panel;

/* How many points are outside a panel's axis, and marked at its edges; -1: out of memory. */
int chart_outside(const chart_panel *panel);

/* Draws panels one below the other, on white, to a .png or .svg file, according to its name, that
 * appears whole or not at all; complains if it cannot. */
bool chart_write(const chart_panel *panels, int count, int width, int height, const char *path);

#endif
