/* SPDX-License-Identifier: MIT */
#include "data/datasets/csv_pictures.h"

#include "base/memory.h"
#include "data/datasets/csv_below.h"
#include "data/datasets/dataset.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 3, LOOKED_FOR = 1000 };

/* The folder above one that need not end in a slash: "a/b" and "a/b/" to "a/", "a" to "",
 * what cannot be shortened to "x/..". */
static dn_status find_above(const char *folder, char **above)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    size_t start = length;
    while (start > 0 && folder[start - 1] != '/')
        start--;
    size_t last = length - start;
    bool named = last > 0 && !(last <= 2 && strncmp(folder + start, "..", last) == 0);
    return named ? dn_copy_bytes_as_string(folder, start, above)
                 : dn_join_path(folder, "..", above);
}

dn_status dn_csv_pictures_open(const char *folder, dn_csv_pictures *pictures)
{
    DN_TRY(dn_copy_string(folder, &pictures->folder));
    return find_above(folder, &pictures->above);
}

void dn_csv_pictures_close(dn_csv_pictures *pictures)
{
    free(pictures->folder);
    free(pictures->above);
    dn_name_list_free(&pictures->names);
    dn_name_list_free(&pictures->below);
}

/* A way of looking: a place, and which ending to add. NULL in *path: it does not apply. */
static dn_status build(const dn_csv_pictures *pictures, const char *name, int way, char **path)
{
    int place = way % PLACES, ending = way / PLACES;
    const char *rest = strchr(name, '/'), *folder = place == 1 ? pictures->above : pictures->folder;
    char *plain = NULL;
    *path = NULL;
    if ((place > 0 && name[0] == '/') || (place == 2 && !rest) ||
        (ending > 0 && dn_is_picture_name(name)))
        return DN_OK;
    DN_TRY(dn_join_path(folder, place == 2 ? rest + 1 : name, &plain));
    const char *added = ending > 0 ? dn_picture_ending(ending - 1) : "";
    size_t length = strlen(plain), more = strlen(added) + 1;
    char *grown = realloc(plain, length + more);
    if (!grown) {
        free(plain);
        return dn_fail_memory(length + more);
    }
    memcpy(grown + length, added, more);
    *path = grown;
    return DN_OK;
}

/* Ways of build(); the one after the last is to look below. */
static int count_ways(void)
{
    int ways = PLACES;
    for (int i = 0; dn_picture_ending(i); i++)
        ways += PLACES;
    return ways;
}

bool dn_csv_picture_is_there(char *path)
{
    int frame;
    size_t length = dn_image_path_frame(path, &frame);
    char end = path[length];
    path[length] = '\0';
    bool there = access(path, F_OK) == 0;
    path[length] = end;
    return there;
}

static dn_status try_way(const dn_csv_pictures *pictures, const char *name, int way, char **path)
{
    *path = NULL;
    if (way == count_ways())
        return strchr(name, '/') ? DN_OK : dn_csv_find_below(&pictures->below, name, path);
    DN_TRY(build(pictures, name, way, path));
    if (*path && !dn_csv_picture_is_there(*path)) {
        free(*path);
        *path = NULL;
    }
    return DN_OK;
}

/* -1 in *way, and NULL in *path, if it is nowhere. */
static dn_status search(const dn_csv_pictures *pictures, const char *name, int *way, char **path)
{
    int ways = count_ways();
    *way = pictures->hint;
    DN_TRY(try_way(pictures, name, *way, path));
    for (int i = 0; i <= ways && !*path; i++) {
        *way = i;
        DN_TRY(try_way(pictures, name, i, path));
    }
    if (!*path)
        *way = -1;
    return DN_OK;
}

/* Sets the hint by the first picture that is anywhere. */
static dn_status find_hint(dn_csv_pictures *pictures)
{
    for (int i = 0; i < pictures->names.count && i < LOOKED_FOR && !pictures->found; i++) {
        char *path;
        int way;
        DN_TRY(search(pictures, dn_name_list_get(&pictures->names, i), &way, &path));
        pictures->found = way >= 0;
        if (pictures->found)
            pictures->hint = way;
        free(path);
    }
    return DN_OK;
}

dn_status dn_csv_pictures_look(dn_csv_pictures *pictures)
{
    DN_TRY(find_hint(pictures));
    if (pictures->found || !pictures->names.count ||
        strchr(dn_name_list_get(&pictures->names, 0), '/'))
        return DN_OK;
    DN_TRY(dn_csv_list_below(pictures->folder, &pictures->below));
    return pictures->below.count ? find_hint(pictures) : DN_OK;
}

dn_status dn_csv_pictures_find(const dn_csv_pictures *pictures, int sample, char **path)
{
    const char *name = dn_name_list_get(&pictures->names, sample);
    int way;
    DN_TRY(search(pictures, name, &way, path));
    return *path ? DN_OK : build(pictures, name, 0, path);
}
