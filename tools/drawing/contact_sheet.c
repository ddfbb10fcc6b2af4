/* SPDX-License-Identifier: MIT */
#include "drawing/contact_sheet.h"

#include "drawing/drawing.h"
#include "drawing/drawn_text.h"
#include "drawing/heat_key.h"
#include "ui/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define THUMB 220  /* pixels of a thumbnail's longer side */
#define BETWEEN 4  /* a picture and its heat map */
#define GAP 16     /* around cells */
#define CAPTION 44 /* height of the two lines of text below */
#define COLUMNS 3  /* cells in a row; fewer if there are fewer pictures */
#define CELL_WIDTH (2 * THUMB + BETWEEN)
#define CELL_HEIGHT (THUMB + CAPTION)

typedef struct cell {
    cairo_surface_t *picture;
    dn_heat_map map;
    char *caption, *name;
} cell;

struct contact_sheet {
    const char *const *pages;
    cell cells[CONTACT_SHEET_CELLS];
    int count, written;
    bool exact, failed;
};

contact_sheet *contact_sheet_create(const char *const *pages, bool exact)
{
    contact_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet) {
        complain("out of memory for the contact sheet");
        return NULL;
    }
    sheet->pages = pages;
    sheet->exact = exact;
    return sheet;
}

static void clear(contact_sheet *sheet)
{
    for (int i = 0; i < sheet->count; i++) {
        cairo_surface_destroy(sheet->cells[i].picture);
        dn_heat_map_free(&sheet->cells[i].map);
        free(sheet->cells[i].caption);
        free(sheet->cells[i].name);
    }
    sheet->count = 0;
}

void contact_sheet_free(contact_sheet *sheet)
{
    if (sheet)
        clear(sheet);
    free(sheet);
}

/* Centred in a square of THUMB at (x, y). */
static void draw_thumbnail(cairo_t *context, cairo_surface_t *surface, double x, double y)
{
    double left = floor((THUMB - cairo_image_surface_get_width(surface)) / 2.0);
    double top = floor((THUMB - cairo_image_surface_get_height(surface)) / 2.0);
    cairo_set_source_surface(context, surface, x + left, y + top);
    cairo_paint(context);
}

static bool draw_cell(cairo_t *context, const cell *c, double full, double x, double y)
{
    cairo_surface_t *heat = heatmap_draw(&c->map, c->picture, full);
    if (!heat)
        return false;
    draw_thumbnail(context, c->picture, x, y);
    draw_thumbnail(context, heat, x + THUMB + BETWEEN, y);
    cairo_surface_destroy(heat);
    cairo_set_source_rgb(context, 0.1, 0.1, 0.1);
    drawn_text_within(context, c->caption, x, y + THUMB + 18, 0, CELL_WIDTH);
    cairo_set_source_rgb(context, 0.45, 0.45, 0.45);
    drawn_text_within(context, c->name, x, y + THUMB + 37, 0, CELL_WIDTH);
    return true;
}

static heat_key key_of(const contact_sheet *sheet)
{
    heat_key key = {.scope = "this sheet", .exact = sheet->exact};
    for (int i = 0; i < sheet->count; i++) {
        key.full = fmax(key.full, sheet->cells[i].map.most);
        key.cropped = key.cropped || sheet->cells[i].map.cropped;
    }
    return key;
}

static bool draw_page(cairo_t *context, const contact_sheet *sheet, const heat_key *key,
                      double bottom)
{
    bool sound = true;
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    drawn_text_size(context, 15);
    for (int i = 0; i < sheet->count && sound; i++)
        sound =
            draw_cell(context, &sheet->cells[i], key->full, GAP + i % COLUMNS * (CELL_WIDTH + GAP),
                      GAP + (int)(i / COLUMNS) * (CELL_HEIGHT + GAP));
    heat_key_draw(context, key, GAP, bottom, CELL_WIDTH);
    return sound;
}

static void write_page(contact_sheet *sheet)
{
    const char *path = sheet->pages[sheet->written++];
    const heat_key key = key_of(sheet);
    int columns = sheet->count < COLUMNS ? sheet->count : COLUMNS;
    int rows = (sheet->count + COLUMNS - 1) / COLUMNS;
    int bottom = rows * (CELL_HEIGHT + GAP) + GAP;
    cairo_surface_t *page =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns * (CELL_WIDTH + GAP) + GAP,
                                   bottom + (int)heat_key_height(&key) + GAP);
    cairo_t *context = cairo_create(page);
    bool drawn =
        draw_page(context, sheet, &key, bottom) &&
        (cairo_status(context) == CAIRO_STATUS_SUCCESS || complain("%s: could not be drawn", path));
    cairo_destroy(context);
    if (!drawn || !surface_write(page, path))
        sheet->failed = true;
    cairo_surface_destroy(page);
    clear(sheet);
}

static bool copy_map(const dn_heat_map *map, double factor, dn_heat_map *copy)
{
    size_t bytes = (size_t)map->height * (size_t)map->width * sizeof *map->map;
    *copy = *map;
    copy->map = malloc(bytes);
    if (copy->map)
        memcpy(copy->map, map->map, bytes);
    dn_heat_map_scale(copy, factor);
    return copy->map != NULL;
}

bool contact_sheet_add(contact_sheet *sheet, cairo_surface_t *picture, const dn_heat_map *map,
                       const char *caption, const char *name)
{
    double factor = THUMB / fmax(cairo_image_surface_get_width(picture),
                                 cairo_image_surface_get_height(picture));
    cell *made = &sheet->cells[sheet->count++];
    *made = (cell){surface_scaled(picture, factor), {0}, strdup(caption), strdup(name)};
    bool sound = copy_map(map, factor, &made->map) && made->caption && made->name;
    if (!sound)
        complain("out of memory for the contact sheet");
    if (!sound || !made->picture)
        return false;
    if (sheet->count == CONTACT_SHEET_CELLS)
        write_page(sheet);
    return true;
}

int contact_sheet_finish(contact_sheet *sheet)
{
    if (sheet->count)
        write_page(sheet);
    return sheet->failed ? -1 : sheet->written;
}
