/* SPDX-License-Identifier: MIT */
#include "drawing/heat_folder.h"

#include "drawing/contact_sheet.h"
#include "drawing/drawing.h"
#include "drawing/drawn_text.h"
#include "drawing/heat_key.h"
#include "drawing/heatmap.h"
#include "files/folder.h"
#include "files/same_file.h"
#include "files/short_names.h"
#include "files/unique_names.h"
#include "ui/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST 256 /* the longer side of a smaller picture's map is made at least this */
#define MARGIN 12    /* around the key */

typedef struct named_picture {
    const char *shown, *file; /* what tells it from the others, and the file of its map */
} named_picture;

struct heat_folder {
    const dn_model *model;
    bool exact;
    unique_names *names;
    const char **pages; /* the files of contact sheets */
    contact_sheet *sheet;
    named_picture *pictures; /* of the list */
    size_t count;
};

static const char *readable(const char *path)
{
    return strcmp(path, "-") == 0 ? "/dev/stdin" : path;
}

static bool avoid_inputs(heat_folder *folder, const picture_list *list, const char *const *inputs)
{
    bool sound = true;
    for (size_t i = 0; i < list->count && sound; i++)
        sound = unique_names_avoid(folder->names, readable(list->paths[i]));
    for (int i = 0; inputs[i] && sound; i++)
        sound = unique_names_avoid(folder->names, inputs[i]);
    return sound;
}

/* DIR/photo.png for .../photo.jpg. */
static const char *file_for(const heat_folder *folder, const char *picture)
{
    const char *base = strcmp(picture, "-") == 0 ? "stdin" : base_name(picture);
    const char *dot = strrchr(base, '.');
    size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
    return unique_names_take(folder->names, base, length);
}

/* All of them, whichever will be answered, and by whom. */
static bool name_maps(heat_folder *folder, const picture_list *list)
{
    bool sound = true;
    for (size_t i = 0; i < list->count && sound; i++)
        sound = (folder->pictures[i].file = file_for(folder, list->paths[i])) != NULL;
    return sound;
}

static bool name_pictures(heat_folder *folder, const picture_list *list)
{
    const char **names = short_names(list->paths, list->count);
    folder->count = list->count;
    folder->pictures = calloc(list->count + 1, sizeof *folder->pictures);
    for (size_t i = 0; names && folder->pictures && i < list->count; i++)
        folder->pictures[i].shown = strcmp(list->paths[i], "-") == 0 ? "standard input" : names[i];
    free(names);
    return names && folder->pictures;
}

/* One name, or one for each of several pages. */
static bool name_pages(heat_folder *folder)
{
    size_t count = (folder->count + CONTACT_SHEET_CELLS - 1) / CONTACT_SHEET_CELLS;
    bool sound = (folder->pages = calloc(count + 1, sizeof *folder->pages)) != NULL;
    for (size_t i = 0; i < count && sound; i++) {
        char stem[48];
        int length = count == 1 ? snprintf(stem, sizeof stem, "contact-sheet")
                                : snprintf(stem, sizeof stem, "contact-sheet-%zu", i + 1);
        folder->pages[i] = unique_names_take(folder->names, stem, (size_t)length);
        sound = folder->pages[i] != NULL;
    }
    return sound;
}

heat_folder *heat_folder_open(const char *path, const dn_model *model, const picture_list *list,
                              const char *const *inputs)
{
    if (!folder_make(path))
        return NULL;
    heat_folder *folder = calloc(1, sizeof *folder);
    bool sound = folder && (folder->names = unique_names_create(path)) &&
                 avoid_inputs(folder, list, inputs) && name_pictures(folder, list) &&
                 name_pages(folder) && name_maps(folder, list);
    if (sound) {
        folder->model = model;
        folder->exact = dn_arch_cam_is_exact(dn_model_arch(model));
        folder->sheet = contact_sheet_create(folder->pages, folder->exact);
    } else {
        complain("out of memory for heat maps");
    }
    if (sound && folder->sheet)
        return folder;
    heat_folder_free(folder);
    return NULL;
}

/* The map with its key below; NULL if it has complained. */
static cairo_surface_t *with_key(cairo_surface_t *heat, const heat_key *key)
{
    int width = cairo_image_surface_get_width(heat), height = cairo_image_surface_get_height(heat);
    double wide = fmax(width, HEAT_KEY_WIDTH + 2 * MARGIN);
    cairo_surface_t *whole = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)wide, height + (int)heat_key_height(key) + MARGIN);
    cairo_t *context = cairo_create(whole);
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    cairo_set_source_surface(context, heat, 0, 0);
    cairo_paint(context);
    heat_key_draw(context, key, MARGIN, height, wide - 2 * MARGIN);
    cairo_status_t status = cairo_status(context);
    cairo_destroy(context);
    if (status == CAIRO_STATUS_SUCCESS)
        return whole;
    complain("a heat map %d wide and %d high: %s", width, height, cairo_status_to_string(status));
    cairo_surface_destroy(whole);
    return NULL;
}

/* Small pictures are enlarged by whole factors: a map has few cells, and a key needs room. */
static bool write_map(dn_heat_map map, cairo_surface_t *picture, const heat_key *key,
                      const char *name)
{
    if (!drawn_text_fits())
        return false;
    double side =
        fmax(cairo_image_surface_get_width(picture), cairo_image_surface_get_height(picture));
    double factor = side < SMALLEST ? ceil(SMALLEST / side) : 1;
    cairo_surface_t *large =
        factor > 1 ? surface_scaled(picture, factor) : cairo_surface_reference(picture);
    dn_heat_map_scale(&map, factor);
    cairo_surface_t *heat = large ? heatmap_draw(&map, large, map.most) : NULL;
    cairo_surface_t *whole = heat ? with_key(heat, key) : NULL;
    bool sound = whole && surface_write(whole, name);
    cairo_surface_destroy(whole);
    cairo_surface_destroy(heat);
    cairo_surface_destroy(large);
    return sound;
}

/* The map's own file, and its place on the sheet, or in `cells` for another's. */
static bool draw(heat_folder *folder, const dn_heat_map *map, const dn_image *image,
                 const named_picture *names, const char *caption, dn_text *cells)
{
    cairo_surface_t *plain = picture_surface(image);
    const heat_key key = {caption, "this picture", map->most, folder->exact, map->cropped};
    bool sound = plain && write_map(*map, plain, &key, names->file);
    if (sound)
        sound = cells ? contact_cell_pack(plain, map, caption, names->shown, cells)
                      : contact_sheet_add(folder->sheet, plain, map, caption, names->shown);
    cairo_surface_destroy(plain);
    return sound;
}

const char *heat_folder_add(heat_folder *folder, const heat_source *source, const dn_answer *shown,
                            size_t picture, dn_text *cells)
{
    char *caption = NULL;
    char number[DN_OUTPUT_NUMBER_SIZE];
    dn_heat_map map = {0};
    const named_picture *names = &folder->pictures[picture];
    if (!ok_or_complain(dn_heat_map_create(source->session, source->index, shown->output,
                                           source->preprocess, source->image->width,
                                           source->image->height, &map)))
        return NULL;
    bool sound = asprintf(&caption, "%.1f%%  %s", 100 * (double)shown->probability,
                          dn_output_name(folder->model, shown->output, number)) >= 0;
    sound = sound ? draw(folder, &map, source->image, names, caption, cells)
                  : complain("out of memory for heat maps");
    free(caption);
    dn_heat_map_free(&map);
    return sound ? names->file : NULL;
}

bool heat_folder_take(heat_folder *folder, const char *cells, size_t length)
{
    return contact_sheet_take(folder->sheet, cells, length);
}

int heat_folder_finish(heat_folder *folder, const char *const **pages)
{
    *pages = folder->pages;
    return contact_sheet_finish(folder->sheet);
}

void heat_folder_free(heat_folder *folder)
{
    if (!folder)
        return;
    contact_sheet_free(folder->sheet);
    unique_names_free(folder->names);
    free(folder->pages);
    free(folder->pictures);
    free(folder);
}
