/* SPDX-License-Identifier: MIT */
/* Where the pictures are that a table names. */
#ifndef DN_DATASETS_CSV_PICTURES_H
#define DN_DATASETS_CSV_PICTURES_H

#include "data/datasets/name_list.h"

/* Starts as {0}. */
typedef struct dn_csv_pictures {
    char *folder, *above; /* that names are relative to */
    dn_name_list names;   /* one per sample */
    dn_name_list below;   /* what dn_csv_list_below found, if the first are not elsewhere */
    int hint;             /* the way of looking that found the first one */
    bool found;           /* one of the first, anywhere */
} dn_csv_pictures;

/* Sets the folder: names are looked for in it; in the folder above it, with which
 * CheXpert's begin; in it without their first folder, should that be another name of it.
 * or, by a name without a folder, in any folder below. A name without a picture's ending may
 * lack it. */
dn_status dn_csv_pictures_open(const char *folder, dn_csv_pictures *pictures);

/* Looks for the first pictures, so that the others are found at once. */
dn_status dn_csv_pictures_look(dn_csv_pictures *pictures);

/* Whether the file of a picture, or of a frame of it, is there. */
bool dn_csv_picture_is_there(char *path);

/* Where a picture is, or would be first of all; free(). */
dn_status dn_csv_pictures_find(const dn_csv_pictures *pictures, int sample, char **path);

void dn_csv_pictures_close(dn_csv_pictures *pictures);

#endif
