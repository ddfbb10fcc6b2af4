/* SPDX-License-Identifier: MIT */
#include "drawing/heat_folder.h"

#include "drawing/contact_sheet.h"
#include "drawing/drawing.h"
#include "drawing/heatmap.h"
#include "files/folder.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct heat_folder {
    char *path;
    const dn_model *model;
    contact_sheet *sheet;
    char **names; /* files written, so that no two pictures share one */
    int count;
};

heat_folder *heat_folder_open(const char *path, const dn_model *model)
{
    if (!folder_make(path))
        return NULL;
    heat_folder *folder = calloc(1, sizeof *folder);
    if (folder) {
        folder->path = strdup(path);
        folder->model = model;
        folder->sheet = contact_sheet_create();
    }
    if (!folder || !folder->path || !folder->sheet) {
        complain("out of memory for heat maps");
        heat_folder_free(folder);
        return NULL;
    }
    return folder;
}

static bool taken(const heat_folder *folder, const char *name)
{
    for (int i = 0; i < folder->count; i++)
        if (strcmp(folder->names[i], name) == 0)
            return true;
    return false;
}

/* DIR/photo.png for .../photo.jpg; photo-2.png where that is taken. */
static char *choose_name(const heat_folder *folder, const char *picture)
{
    const char *slash = strrchr(picture, '/'), *base = slash ? slash + 1 : picture;
    if (strcmp(picture, "-") == 0)
        base = "stdin";
    const char *dot = strrchr(base, '.');
    int length = (int)(dot && dot != base ? dot - base : (ptrdiff_t)strlen(base));
    char *name = NULL;
    for (int number = 1; number == 1 || taken(folder, name); number++) {
        free(name);
        int made = number == 1
                       ? asprintf(&name, "%s/%.*s.png", folder->path, length, base)
                       : asprintf(&name, "%s/%.*s-%d.png", folder->path, length, base, number);
        if (made < 0)
            return NULL;
    }
    return name;
}

static char *keep_name(heat_folder *folder, const char *picture)
{
    char **grown = realloc(folder->names, (size_t)(folder->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    folder->names = grown;
    char *name = choose_name(folder, picture);
    if (name)
        folder->names[folder->count++] = name;
    return name;
}

static bool draw(heat_folder *folder, const heatmap *map, const dn_image *image, const char *name,
                 const char *caption)
{
    cairo_surface_t *plain = picture_surface(image), *heat = heatmap_draw(map, image);
    bool sound = plain && heat && surface_write(heat, name) &&
                 contact_sheet_add(folder->sheet, plain, heat, caption);
    cairo_surface_destroy(plain);
    cairo_surface_destroy(heat);
    return sound;
}

const char *heat_folder_add(heat_folder *folder, const dn_session *session, int index,
                            const prediction *shown, const dn_preprocess *preprocess,
                            const char *picture, const dn_image *image)
{
    char caption[160];
    snprintf(caption, sizeof caption, "%.1f%%  %s", 100 * (double)shown->probability,
             prediction_label(folder->model, shown->output));
    char *name = keep_name(folder, picture);
    if (!name) {
        complain("out of memory for heat maps");
        return NULL;
    }
    heatmap map;
    if (!heatmap_create(session, index, shown->output, preprocess, image, &map))
        return NULL;
    bool sound = draw(folder, &map, image, name, caption);
    heatmap_free(&map);
    return sound ? name : NULL;
}

bool heat_folder_finish(heat_folder *folder)
{
    char *path;
    if (folder->count == 0)
        return true;
    if (asprintf(&path, "%s/contact-sheet.png", folder->path) < 0)
        return complain("out of memory for the contact sheet");
    bool sound = contact_sheet_write(folder->sheet, path);
    free(path);
    return sound;
}

void heat_folder_free(heat_folder *folder)
{
    if (!folder)
        return;
    for (int i = 0; i < folder->count; i++)
        free(folder->names[i]);
    free(folder->names);
    free(folder->path);
    contact_sheet_free(folder->sheet);
    free(folder);
}
