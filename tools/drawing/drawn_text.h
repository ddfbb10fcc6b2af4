/* SPDX-License-Identifier: MIT */
/* Text in drawings: of any bytes, and no wider than its place. */
#ifndef TOOL_DRAWN_TEXT_H
#define TOOL_DRAWN_TEXT_H

#include <cairo.h>
#include <stdbool.h>

/* Whether memory suffices for the fonts, which are read with the first text; complains if not.
 * To be asked before a drawing. */
bool drawn_text_fits(void);

/* The usual typeface, in a size. */
void drawn_text_size(cairo_t *context, double size);

double drawn_text_width(cairo_t *context, const char *text);

/* align 0: from x on, 0.5: centred, 1: up to x. */
void drawn_text(cairo_t *context, const char *text, double x, double y, double align);

/* The same, with its middle left out if it is wider; returns whether it was. */
bool drawn_text_within(cairo_t *context, const char *text, double x, double y, double align,
                       double width);

#endif
