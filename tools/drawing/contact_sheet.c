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

static void free_cell(cell *c)
{
    cairo_surface_destroy(c->picture);
    dn_heat_map_free(&c->map);
    free(c->caption);
    free(c->name);
}

static void clear(contact_sheet *sheet)
{
    for (int i = 0; i < sheet->count; i++)
        free_cell(&sheet->cells[i]);
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

/* free_cell releases it, also if this fails. */
static bool make_cell(cairo_surface_t *picture, const dn_heat_map *map, const char *caption,
                      const char *name, cell *made)
{
    double factor = THUMB / fmax(cairo_image_surface_get_width(picture),
                                 cairo_image_surface_get_height(picture));
    *made = (cell){surface_scaled(picture, factor), {0}, strdup(caption), strdup(name)};
    if (!copy_map(map, factor, &made->map) || !made->caption || !made->name)
        return complain("out of memory for the contact sheet");
    return made->picture != NULL;
}

static void end_cell(contact_sheet *sheet)
{
    if (++sheet->count == CONTACT_SHEET_CELLS)
        write_page(sheet);
}

bool contact_sheet_add(contact_sheet *sheet, cairo_surface_t *picture, const dn_heat_map *map,
                       const char *caption, const char *name)
{
    cell *made = &sheet->cells[sheet->count];
    bool sound = make_cell(picture, map, caption, name, made);
    if (sound)
        end_cell(sheet);
    else
        free_cell(made);
    return sound;
}

/* ---- cells as bytes: this, the picture's rows, the map, the caption and the name ---- */

typedef struct packed_cell {
    int width, height; /* of the picture */
    dn_heat_map map;   /* without its numbers */
    size_t caption, name;
} packed_cell;

static void pack(const cell *c, dn_text *cells)
{
    const unsigned char *rows = cairo_image_surface_get_data(c->picture);
    int stride = cairo_image_surface_get_stride(c->picture);
    packed_cell packed = {.width = cairo_image_surface_get_width(c->picture),
                          .height = cairo_image_surface_get_height(c->picture),
                          .map = c->map,
                          .caption = strlen(c->caption),
                          .name = strlen(c->name)};
    packed.map.map = NULL;
    dn_text_add_bytes(cells, (const char *)&packed, sizeof packed);
    for (int y = 0; y < packed.height; y++)
        dn_text_add_bytes(cells, (const char *)rows + (size_t)y * (size_t)stride,
                          4 * (size_t)packed.width);
    dn_text_add_bytes(cells, (const char *)c->map.map,
                      (size_t)packed.map.height * (size_t)packed.map.width * sizeof *c->map.map);
    dn_text_add_bytes(cells, c->caption, packed.caption);
    dn_text_add_bytes(cells, c->name, packed.name);
}

bool contact_cell_pack(cairo_surface_t *picture, const dn_heat_map *map, const char *caption,
                       const char *name, dn_text *cells)
{
    cell made;
    bool sound = make_cell(picture, map, caption, name, &made);
    if (sound) {
        cairo_surface_flush(made.picture);
        pack(&made, cells);
        sound = !cells->failed || complain("out of memory for the contact sheet");
    }
    free_cell(&made);
    return sound;
}

static bool unpack(const char **at, cell *made)
{
    packed_cell packed;
    memcpy(&packed, *at, sizeof packed);
    *at += sizeof packed;
    size_t row = 4 * (size_t)packed.width,
           bytes = (size_t)packed.map.height * (size_t)packed.map.width * sizeof(float);
    *made = (cell){.map = packed.map};
    made->picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, packed.width, packed.height);
    unsigned char *rows = cairo_image_surface_get_data(made->picture);
    for (int y = 0; rows && y < packed.height; y++, *at += row)
        memcpy(rows + (size_t)y * (size_t)cairo_image_surface_get_stride(made->picture), *at, row);
    cairo_surface_mark_dirty(made->picture);
    if ((made->map.map = malloc(bytes)))
        memcpy(made->map.map, *at, bytes);
    made->caption = strndup(*at += bytes, packed.caption);
    made->name = strndup(*at += packed.caption, packed.name);
    *at += packed.name;
    return (rows && made->map.map && made->caption && made->name) ||
           complain("out of memory for the contact sheet");
}

bool contact_sheet_take(contact_sheet *sheet, const char *cells, size_t length)
{
    for (const char *at = cells; at < cells + length;) {
        cell *made = &sheet->cells[sheet->count];
        if (!unpack(&at, made)) {
            free_cell(made);
            return false;
        }
        end_cell(sheet);
    }
    return true;
}

int contact_sheet_finish(contact_sheet *sheet)
{
    if (sheet->count)
        write_page(sheet);
    return sheet->failed ? -1 : sheet->written;
}
