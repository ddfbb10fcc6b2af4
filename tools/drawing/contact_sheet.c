/* SPDX-License-Identifier: MIT */
#include "drawing/contact_sheet.h"

#include "base/text.h"
#include "drawing/drawing.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THUMB 220  /* pixels of a thumbnail's longer side */
#define GAP 16     /* around cells */
#define CAPTION 44 /* height of the two lines of text below */
#define COLUMNS 3  /* cells in a row; fewer if there are fewer pictures */
#define CELL_WIDTH (2 * THUMB + 4)
#define CELL_HEIGHT (THUMB + CAPTION)
#define MOST_CELLS 300 /* cairo's images have at most 32767 pixels */

typedef struct cell {
    cairo_surface_t *pair; /* the picture and its heat map side by side */
    char *caption, *name;
} cell;

struct contact_sheet {
    cell *cells;
    int count, left_out;
};

contact_sheet *contact_sheet_create(void)
{
    contact_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        complain("out of memory for the contact sheet");
    return sheet;
}

void contact_sheet_free(contact_sheet *sheet)
{
    for (int i = 0; sheet && i < sheet->count; i++) {
        cairo_surface_destroy(sheet->cells[i].pair);
        free(sheet->cells[i].caption);
        free(sheet->cells[i].name);
    }
    if (sheet)
        free(sheet->cells);
    free(sheet);
}

/* Scaled into a THUMB x THUMB square at (left, 0), centred. */
static void draw_thumbnail(cairo_t *context, cairo_surface_t *surface, double left)
{
    double width = cairo_image_surface_get_width(surface);
    double height = cairo_image_surface_get_height(surface);
    double scale = THUMB / fmax(width, height);
    cairo_save(context);
    cairo_translate(context, left + (THUMB - width * scale) / 2, (THUMB - height * scale) / 2);
    cairo_scale(context, scale, scale);
    cairo_set_source_surface(context, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD);
    cairo_paint(context);
    cairo_restore(context);
}

bool contact_sheet_add(contact_sheet *sheet, cairo_surface_t *picture, cairo_surface_t *heat,
                       const char *caption, const char *name)
{
    if (sheet->count == MOST_CELLS) {
        sheet->left_out++;
        return true;
    }
    cell *grown = realloc(sheet->cells, (size_t)(sheet->count + 1) * sizeof *grown);
    if (!grown)
        return complain("out of memory for the contact sheet");
    sheet->cells = grown;
    cell made = {cairo_image_surface_create(CAIRO_FORMAT_ARGB32, CELL_WIDTH, THUMB),
                 strdup(caption), dn_utf8_repair(name)};
    cairo_t *context = cairo_create(made.pair);
    draw_thumbnail(context, picture, 0);
    draw_thumbnail(context, heat, THUMB + 4);
    bool sound = made.caption && made.name && cairo_status(context) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(context);
    sheet->cells[sheet->count++] = made;
    return sound || complain("out of memory for the contact sheet");
}

/* Shortens text by whole UTF-8 characters until it fits. */
static void show_shortened(cairo_t *context, const char *text, double width)
{
    char shown[256];
    snprintf(shown, sizeof shown, "%s", text);
    cairo_text_extents_t extents;
    cairo_text_extents(context, shown, &extents);
    while (extents.x_advance > width && strlen(shown) > 4) {
        size_t length = strlen(shown) - 3;
        while (length > 1 && ((unsigned char)shown[length - 1] & 0xC0) == 0x80)
            length--;
        shown[length - 1] = '\0';
        strcat(shown, "...");
        cairo_text_extents(context, shown, &extents);
    }
    cairo_show_text(context, shown);
}

bool contact_sheet_write(const contact_sheet *sheet, const char *path)
{
    int columns = sheet->count < COLUMNS ? sheet->count : COLUMNS;
    int rows = (sheet->count + COLUMNS - 1) / COLUMNS;
    cairo_surface_t *page = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, columns * (CELL_WIDTH + GAP) + GAP, rows * (CELL_HEIGHT + GAP) + GAP);
    cairo_t *context = cairo_create(page);
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context, 15);
    for (int i = 0; i < sheet->count; i++) {
        double x = GAP + i % COLUMNS * (CELL_WIDTH + GAP);
        double y = GAP + (int)(i / COLUMNS) * (CELL_HEIGHT + GAP);
        cairo_set_source_surface(context, sheet->cells[i].pair, x, y);
        cairo_paint(context);
        cairo_set_source_rgb(context, 0.1, 0.1, 0.1);
        cairo_move_to(context, x, y + THUMB + 18);
        show_shortened(context, sheet->cells[i].caption, CELL_WIDTH);
        cairo_set_source_rgb(context, 0.45, 0.45, 0.45);
        cairo_move_to(context, x, y + THUMB + 37);
        show_shortened(context, sheet->cells[i].name, CELL_WIDTH);
    }
    bool sound = cairo_status(context) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(context);
    sound = sound ? surface_write(page, path) : complain("%s: could not be drawn", path);
    cairo_surface_destroy(page);
    if (sheet->left_out)
        complain("%s: shows %d heat maps, %d more are in their own files", path, sheet->count,
                 sheet->left_out);
    return sound;
}
