/* SPDX-License-Identifier: MIT */
/* The folder that --cam fills: one heat map per picture, and sheets of all. */
#ifndef TOOL_HEAT_FOLDER_H
#define TOOL_HEAT_FOLDER_H

#include "files/picture_list.h"
#include "files/pictures.h"

typedef struct heat_folder heat_folder;

/* Makes the folder if it is missing; NULL if it has complained. No file in it replaces one of the
 * pictures, which must outlive it, or of the other inputs, a list that ends in NULL. */
heat_folder *heat_folder_open(const char *path, const dn_model *model, const picture_list *list,
                              const char *const *inputs);

/* Draws the map of an answer for picture `index` of the session's last run.
 * Returns the file's path, valid as long as the folder; NULL if it has
 * complained. */
const char *heat_folder_add(heat_folder *folder, const dn_session *session, int index,
                            const dn_answer *shown, const dn_preprocess *preprocess,
                            const char *picture, const dn_image *image);

/* Writes the contact sheets. Returns how many there are, and their paths, valid as long as the
 * folder; -1 if it has complained. */
int heat_folder_finish(heat_folder *folder, const char *const **pages);
void heat_folder_free(heat_folder *folder);

#endif
