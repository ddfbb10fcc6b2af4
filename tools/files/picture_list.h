/* SPDX-License-Identifier: MIT */
/* The pictures that PICTURE|FOLDER|- ... and the options beside them stand for. */
#ifndef TOOL_PICTURE_LIST_H
#define TOOL_PICTURE_LIST_H

#include "arguments/options.h"

#include <stddef.h>

/* --recursive and --files-from. */
extern const option_row list_options[];

/* The file that --files-from names; NULL: none. */
const char *list_file(void);

/* Paths of pictures; "-" is standard input. */
typedef struct picture_list {
    char **paths;
    size_t count, capacity;
    size_t failures; /* arguments without a picture, or with some that are not read */
} picture_list;

/* From arguments PICTURE|FOLDER|- in the order given, and then those of --files-from. A folder
 * stands for its pictures (recognised by their extension, without hidden ones), sorted by name, and
 * with --recursive then for those of its folders, each read once; those in formats that are not
 * read are complained about once. Arguments without a picture are complained about and counted;
 * false, with nothing to free, if no list can be made. */
bool picture_list_create(int count, char **arguments, picture_list *list);

/* Whether a path is a picture by its name, or a folder that holds one itself. */
bool picture_list_holds(const char *path);

/* Whether one of them, or standard input, is there to be read. */
bool picture_list_has_any(const picture_list *list);
void picture_list_free(picture_list *list);

#endif
