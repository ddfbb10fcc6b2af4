/* SPDX-License-Identifier: MIT */
#include "drawing/heat_folder.h"

#include "drawing/contact_sheet.h"
#include "drawing/drawing.h"
#include "drawing/heatmap.h"
#include "files/folder.h"
#include "files/same_file.h"
#include "ui/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct heat_folder {
    char *path;
    const dn_model *model;
    contact_sheet *sheet;
    char *sheet_path;
    struct stat *pictures; /* the pictures that are read; all zero if not found */
    size_t picture_count;
    char **names; /* files written, so that no two pictures share one */
    int count;
};

static bool is_picture(const heat_folder *folder, const char *name)
{
    struct stat found;
    if (stat(name, &found) != 0)
        return false;
    for (size_t i = 0; i < folder->picture_count; i++)
        if (same_inode(&folder->pictures[i], &found))
            return true;
    return false;
}

static bool name_is_taken(const heat_folder *folder, const char *name)
{
    if (is_picture(folder, name) || (folder->sheet_path && strcmp(folder->sheet_path, name) == 0))
        return true;
    for (int i = 0; i < folder->count; i++)
        if (strcmp(folder->names[i], name) == 0)
            return true;
    return false;
}

/* DIR/STEM.png, with -2 after the stem if that is taken; NULL if out of memory. */
static char *choose_name(const heat_folder *folder, const char *stem, int length)
{
    char *name = NULL;
    for (int number = 1; !name || name_is_taken(folder, name); number++) {
        free(name);
        int made = number == 1
                       ? asprintf(&name, "%s/%.*s.png", folder->path, length, stem)
                       : asprintf(&name, "%s/%.*s-%d.png", folder->path, length, stem, number);
        if (made < 0)
            return NULL;
    }
    return name;
}

static bool fill(heat_folder *folder, const char *path, const picture_list *list)
{
    static const char sheet[] = "contact-sheet";
    folder->path = strdup(path);
    folder->sheet = contact_sheet_create();
    folder->pictures = calloc(list->count + 1, sizeof *folder->pictures);
    if (!folder->path || !folder->sheet || !folder->pictures)
        return false;
    for (; folder->picture_count < list->count; folder->picture_count++) {
        const char *picture = list->paths[folder->picture_count];
        struct stat *found = &folder->pictures[folder->picture_count];
        if (stat(strcmp(picture, "-") == 0 ? "/dev/stdin" : picture, found) != 0)
            *found = (struct stat){0};
    }
    folder->sheet_path = choose_name(folder, sheet, (int)strlen(sheet));
    return folder->sheet_path != NULL;
}

heat_folder *heat_folder_open(const char *path, const dn_model *model, const picture_list *list)
{
    if (!folder_make(path))
        return NULL;
    heat_folder *folder = calloc(1, sizeof *folder);
    if (folder && fill(folder, path, list)) {
        folder->model = model;
        return folder;
    }
    complain("out of memory for heat maps");
    heat_folder_free(folder);
    return NULL;
}

/* DIR/photo.png for .../photo.jpg. */
static char *name_for(const heat_folder *folder, const char *picture)
{
    const char *base = strcmp(picture, "-") == 0 ? "stdin" : base_name(picture);
    const char *dot = strrchr(base, '.');
    return choose_name(folder, base,
                       (int)(dot && dot != base ? dot - base : (ptrdiff_t)strlen(base)));
}

static char *keep_name(heat_folder *folder, const char *picture)
{
    char **grown = realloc(folder->names, (size_t)(folder->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    folder->names = grown;
    char *name = name_for(folder, picture);
    if (name)
        folder->names[folder->count++] = name;
    return name;
}

static bool draw(heat_folder *folder, const heatmap *map, const dn_image *image, const char *name,
                 const char *caption, const char *picture)
{
    cairo_surface_t *plain = picture_surface(image), *heat = heatmap_draw(map, image);
    bool sound = plain && heat && surface_write(heat, name) &&
                 contact_sheet_add(folder->sheet, plain, heat, caption, picture);
    cairo_surface_destroy(plain);
    cairo_surface_destroy(heat);
    return sound;
}

const char *heat_folder_add(heat_folder *folder, const dn_session *session, int index,
                            const prediction *shown, const dn_preprocess *preprocess,
                            const char *picture, const dn_image *image)
{
    char caption[160];
    bool exact = dn_arch_cam_is_exact(dn_model_arch(folder->model));
    snprintf(caption, sizeof caption, "%.1f%%  %.100s%s", 100 * (double)shown->probability,
             prediction_label(folder->model, shown->output), exact ? "" : ", gradient-weighted");
    char *name = keep_name(folder, picture);
    if (!name) {
        complain("out of memory for heat maps");
        return NULL;
    }
    heatmap map;
    if (!heatmap_create(session, index, shown->output, preprocess, image, &map))
        return NULL;
    bool sound = draw(folder, &map, image, name, caption,
                      strcmp(picture, "-") == 0 ? "standard input" : base_name(picture));
    heatmap_free(&map);
    return sound ? name : NULL;
}

const char *heat_folder_finish(heat_folder *folder)
{
    if (folder->count == 0)
        return "";
    return contact_sheet_write(folder->sheet, folder->sheet_path) ? folder->sheet_path : NULL;
}

void heat_folder_free(heat_folder *folder)
{
    if (!folder)
        return;
    for (int i = 0; i < folder->count; i++)
        free(folder->names[i]);
    free(folder->names);
    free(folder->pictures);
    free(folder->path);
    free(folder->sheet_path);
    contact_sheet_free(folder->sheet);
    free(folder);
}
