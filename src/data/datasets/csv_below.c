/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_below.h"

#include "base/memory.h"
#include "data/datasets/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 3, MOST_FOLDERS = 1000 };

/* What is listed; folders counts them. */
typedef struct listing {
    dn_name_list *below;
    int folders;
} listing;

static dn_status add(const char *name, const char *folder, dn_name_list *below)
{
    size_t size = strlen(name) + strlen(folder) + 2;
    char *entry = NULL;
    DN_TRY(dn_calloc(size, 1, &entry));
    int length = snprintf(entry, size, "%s/%s", name, folder);
    dn_status status = dn_name_list_add(below, entry, (size_t)length);
    free(entry);
    return status;
}

static dn_status add_pictures(const char *folder, dn_name_list *below)
{
    dn_name_list names = {0};
    dn_status status = dn_list_folder(folder, false, &names);
    for (int i = 0; i < names.count && status == DN_OK; i++)
        if (dn_is_picture_name(dn_name_list_get(&names, i)))
            status = add(dn_name_list_get(&names, i), folder, below);
    dn_name_list_free(&names);
    return status;
}

static dn_status list(const char *folder, int depth, listing *made)
{
    dn_name_list names = {0};
    dn_status status = dn_list_folder(folder[0] ? folder : ".", true, &names);
    for (int i = 0; i < names.count && status == DN_OK && made->folders <= MOST_FOLDERS; i++) {
        char *below = NULL;
        made->folders++;
        status = dn_join_path(folder, dn_name_list_get(&names, i), &below);
        if (status == DN_OK)
            status = add_pictures(below, made->below);
        if (status == DN_OK && depth < DEEPEST)
            status = list(below, depth + 1, made);
        free(below);
    }
    dn_name_list_free(&names);
    return status;
}

dn_status dn_csv_list_below(const char *folder, dn_name_list *below)
{
    listing made = {.below = below};
    DN_TRY(list(folder, 1, &made));
    if (made.folders > MOST_FOLDERS)
        below->count = 0;
    dn_name_list_sort(below);
    return DN_OK;
}

/* Where the first entry is that does not precede name. */
static int find_place(const dn_name_list *below, const char *name)
{
    int low = 0, high = below->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(dn_name_list_get(below, middle), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether an entry's picture has this name, but for its ending. */
static bool is_named(const char *entry, const char *name)
{
    size_t length = strlen(name), whole = strcspn(entry, "/");
    if (strncmp(entry, name, length) != 0)
        return false;
    return whole == length || (!dn_is_picture_name(name) && entry[length] == '.' &&
                               memchr(entry + length + 1, '.', whole - length - 1) == NULL);
}

dn_status dn_csv_find_below(const dn_name_list *below, const char *name, char **path)
{
    const char *found = NULL;
    size_t length = strlen(name);
    *path = NULL;
    for (int i = find_place(below, name); i < below->count; i++) {
        const char *entry = dn_name_list_get(below, i);
        if (strncmp(entry, name, length) != 0)
            break;
        if (is_named(entry, name) && found)
            return dn_fail(DN_ERROR_FORMAT, "%s: is in \"%s\" and in \"%s\"", name,
                           strchr(found, '/') + 1, strchr(entry, '/') + 1);
        if (is_named(entry, name))
            found = entry;
    }
    if (!found)
        return DN_OK;
    char *base = NULL;
    const char *folder = strchr(found, '/') + 1;
    DN_TRY(dn_copy_bytes_as_string(found, (size_t)(folder - 1 - found), &base));
    dn_status status = dn_join_path(folder, base, path);
    free(base);
    return status;
}
