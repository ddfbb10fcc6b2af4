/* SPDX-License-Identifier: MIT */
/* The heat maps of a call on pages, each next to its picture, with a caption and the picture's name
 * below; the colours of a page have one scale. */
#ifndef TOOL_CONTACT_SHEET_H
#define TOOL_CONTACT_SHEET_H

#include "base/text.h"
#include "drawing/heatmap.h"

#define CONTACT_SHEET_CELLS 30 /* on a page */

typedef struct contact_sheet contact_sheet;

/* Writes the pages to files of these names, which must outlive it; exact: dn_arch_cam_is_exact.
 * NULL if it has complained. */
contact_sheet *contact_sheet_create(const char *const *pages, bool exact);
void contact_sheet_free(contact_sheet *sheet);

/* Keeps small copies; the surface and the map stay the caller's. Writes a page when it is full.
 * False if it has complained; of a page that it cannot write, contact_sheet_finish says so. */
bool contact_sheet_add(contact_sheet *sheet, cairo_surface_t *picture, const dn_heat_map *map,
                       const char *caption, const char *name);

/* The same, as bytes that are added to `cells`, for the sheet of another process of the same
 * program, which takes them. */
bool contact_cell_pack(cairo_surface_t *picture, const dn_heat_map *map, const char *caption,
                       const char *name, dn_text *cells);
bool contact_sheet_take(contact_sheet *sheet, const char *cells, size_t length);

/* Writes what is left. Returns how many pages there are; -1 if it has complained of one. */
int contact_sheet_finish(contact_sheet *sheet);

#endif
