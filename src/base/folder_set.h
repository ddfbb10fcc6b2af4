/* SPDX-License-Identifier: MIT */
/* The folders that a walk has entered, by device and inode: links between folders lead to one of
 * them by exponentially many paths, or in a circle. */
#ifndef DN_BASE_FOLDER_SET_H
#define DN_BASE_FOLDER_SET_H

#include "base/status.h"

#include <sys/stat.h>

typedef struct dn_entered_folder {
    dev_t device;
    ino_t inode;
    bool open; /* the walk is in it, or in a folder below */
} dn_entered_folder;

/* Starts as {0}. */
typedef struct dn_folder_set {
    void *tree;
} dn_folder_set;

typedef enum dn_folder_visit {
    DN_FOLDER_NEW,
    DN_FOLDER_ENTERED, /* earlier, and left again */
    DN_FOLDER_CIRCLE   /* the walk is in it */
} dn_folder_visit;

/* Enters a folder. *folder is valid as long as the set; whoever entered a new one clears its
 * `open` on leaving. */
dn_status dn_folder_enter(dn_folder_set *set, const char *path, dn_folder_visit *visit,
                          dn_entered_folder **folder);
void dn_folder_set_free(dn_folder_set *set);

#endif
