/* SPDX-License-Identifier: MIT */
/* Cairo drawings as files that appear whole or not at all. */
#ifndef TOOL_DRAWING_H
#define TOOL_DRAWING_H

#include <cairo.h>
#include <stdbool.h>

/* Whether a file's name ends in .png or .svg. */
bool drawing_name_is_known(const char *path);

/* Complains and returns false if a file's name does not end in .png or .svg. */
bool drawing_name_valid(const char *path);

/* Draws to a .png or .svg, according to the file's name. Complains if it cannot. */
bool drawing_write(void (*draw)(cairo_t *context, const void *drawn), const void *drawn, int width,
                   int height, const char *path);

/* Writes a surface as PNG; likewise. */
bool surface_write(cairo_surface_t *surface, const char *path);

#endif
