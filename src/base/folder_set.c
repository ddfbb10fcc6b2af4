/* SPDX-License-Identifier: MIT */
#include "base/folder_set.h"

#include "base/memory.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const dn_entered_folder *a = left, *b = right;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return a->inode < b->inode ? -1 : a->inode > b->inode;
}

dn_status dn_folder_enter(dn_folder_set *set, const char *path, dn_folder_visit *visit,
                          dn_entered_folder **folder)
{
    struct stat found;
    dn_entered_folder *made;
    if (stat(path, &found) != 0)
        return dn_fail(DN_ERROR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    DN_TRY(dn_calloc(1, sizeof *made, &made));
    *made = (dn_entered_folder){found.st_dev, found.st_ino, true};
    void *node = tsearch(made, &set->tree, compare);
    if (!node) {
        free(made);
        return dn_fail_memory(sizeof *made);
    }
    memcpy(folder, node, sizeof *folder);
    *visit = *folder == made   ? DN_FOLDER_NEW
             : (*folder)->open ? DN_FOLDER_CIRCLE
                               : DN_FOLDER_ENTERED;
    if (*folder != made)
        free(made);
    return DN_OK;
}

void dn_folder_set_free(dn_folder_set *set)
{
    tdestroy(set->tree, free);
    *set = (dn_folder_set){0};
}
