/* SPDX-License-Identifier: MIT */
/* The folder that --cam fills: one heat map per picture, and sheets of all. */
#ifndef TOOL_HEAT_FOLDER_H
#define TOOL_HEAT_FOLDER_H

#include "base/text.h"
#include "files/picture_list.h"
#include "files/pictures.h"

typedef struct heat_folder heat_folder;

/* Makes the folder if it is missing; NULL if it has complained. No file in it replaces one of the
 * pictures, which must outlive it, or of the other inputs, a list that ends in NULL. */
heat_folder *heat_folder_open(const char *path, const dn_model *model, const picture_list *list,
                              const char *const *inputs);

/* Picture `index` of a session's last run. */
typedef struct heat_source {
    const dn_session *session;
    int index;
    const dn_preprocess *preprocess;
    const dn_image *image;
} heat_source;

/* Draws the map of an answer for picture `picture` of the list. What the sheets show of it is added
 * to `cells`, unless that is NULL: then to the sheets. Returns the file's path, valid as long as
 * the folder; NULL if it has complained. */
const char *heat_folder_add(heat_folder *folder, const heat_source *source, const dn_answer *shown,
                            size_t picture, dn_text *cells);

/* Adds to the sheets what a folder of another process, opened with the same list, put in its
 * cells. False if it has complained. */
bool heat_folder_take(heat_folder *folder, const char *cells, size_t length);

/* Writes the contact sheets. Returns how many there are, and their paths, valid as long as the
 * folder; -1 if it has complained. */
int heat_folder_finish(heat_folder *folder, const char *const **pages);
void heat_folder_free(heat_folder *folder);

#endif
