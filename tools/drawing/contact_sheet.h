/* SPDX-License-Identifier: MIT */
/* All heat maps of a call on one page, each next to its picture, with a caption
 * and the picture's name below. */
#ifndef TOOL_CONTACT_SHEET_H
#define TOOL_CONTACT_SHEET_H

#include <cairo.h>
#include <stdbool.h>

typedef struct contact_sheet contact_sheet;

contact_sheet *contact_sheet_create(void); /* NULL if it has complained */
void contact_sheet_free(contact_sheet *sheet);

/* Keeps small copies; the surfaces stay the caller's. */
bool contact_sheet_add(contact_sheet *sheet, cairo_surface_t *picture, cairo_surface_t *heat,
                       const char *caption, const char *name);

/* Writes a PNG; complains if it cannot. Pictures beyond what one image can hold
 * are left out with a message. */
bool contact_sheet_write(const contact_sheet *sheet, const char *path);

#endif
